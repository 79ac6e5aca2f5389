/**
 * What has to be known of a cluster to say whether Outrigger works in it. Collected here, judged by `evaluate.ts`.
 */
import type { WebhookConfiguration } from "../certificates/webhook-configuration.ts";
import type { MeshConfig } from "../config/schema.ts";
import type { InjectionContext, NamespaceView } from "../injection/outcome.ts";
import { objectPath } from "../installation/manifest.ts";
import { certificateSecret, systemNamespace } from "../installation/names.ts";
import type { ShippedConfiguration } from "../installation/render-installation.ts";
import { shippedConfigurations } from "../installation/render-installation.ts";
import type { KubernetesApi, KubernetesObject } from "../kubernetes/api.ts";
import { listObjects } from "../kubernetes/list-pages.ts";
import type { ServerVersion } from "../kubernetes/server-version.ts";
import type { Parsed } from "../problem.ts";
import { version as ownVersion } from "../version.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";
import { isReady } from "../workloads/why-not-ready.ts";
import type { Attempt } from "./attempt.ts";
import { attempt, unknown, valueOf } from "./attempt.ts";
import type { ControlPlaneFacts } from "./control-plane-facts.ts";
import { collectControlPlaneFacts } from "./control-plane-facts.ts";
import type { ReplicaCertificate } from "./checks/certificates.ts";
import { readExpiry } from "./checks/certificates.ts";
import { liveContext, readMeshConfig } from "./live-context.ts";
import type { Probe } from "./probe-webhook.ts";
import { probeAny, probeNamespaces } from "./probe-webhook.ts";
import type { InjectorDeployment } from "./read-cluster.ts";
import {
  deployedVersion,
  livePods,
  readConfigMap,
  readDeployment,
  readInjectorPods,
  readNamespaces,
  readServerVersion,
} from "./read-cluster.ts";
import { referenceOf } from "./reference.ts";
import type { PodSurvey } from "./survey-pods.ts";
import { surveyPods } from "./survey-pods.ts";

export interface InstallationFacts {
  readonly server: Attempt<ServerVersion>;
  readonly deployment: Attempt<InjectorDeployment>;
  readonly injectors: Attempt<readonly LivePod[]>;
  readonly nodes: Attempt<number>;
  readonly configurations: readonly LiveConfiguration[];
  /** PEM of the CAs that the replicas share. */
  readonly authorities: Attempt<string>;
  readonly certificates: readonly ReplicaCertificate[];
  readonly meshConfig: Attempt<Parsed<MeshConfig>>;
  /** Undefined where the mesh config or the server's version is not known. */
  readonly context: InjectionContext | undefined;
  readonly namespaces: Attempt<readonly NamespaceView[]>;
  readonly probe: Attempt<Probe | undefined>;
  readonly survey: Attempt<PodSurvey>;
  /** Undefined where the mesh config does not ask for a control plane. */
  readonly controlPlane: ControlPlaneFacts | undefined;
}

/** A webhook configuration as shipped, and as it is in the cluster. */
export interface LiveConfiguration {
  readonly shipped: ShippedConfiguration;
  readonly found: Attempt<WebhookConfiguration>;
}

interface Node extends KubernetesObject {
  readonly spec?: { readonly unschedulable?: boolean };
}

async function countNodes(api: KubernetesApi): Promise<number> {
  const { objects } = await listObjects(api, { path: "/api/v1/nodes", query: {} });
  return (objects as readonly Node[]).filter(({ spec }) => spec?.unschedulable !== true).length;
}

async function readAuthorities(api: KubernetesApi): Promise<string> {
  const path = `/api/v1/namespaces/${systemNamespace}/secrets/${certificateSecret}`;
  const { data = {} } = await api.request<{ data?: Readonly<Record<string, string>> }>({ method: "GET", path });
  return Buffer.from(data["ca.crt"] ?? "", "base64").toString("utf8");
}

/** Asked through the API server, which reaches pods where we may not. */
async function askForExpiry(api: KubernetesApi, pod: string): Promise<number> {
  const path = `/api/v1/namespaces/${systemNamespace}/pods/${pod}:8080/proxy/metrics`;
  const metrics = await api.request<string>({ method: "GET", path, answer: "text", timeoutMs: 5_000 });
  const expiry = readExpiry(metrics);
  if (expiry === undefined) throw new Error("its metrics do not tell when its certificate expires");
  return expiry;
}

async function askReplicas(api: KubernetesApi, pods: readonly LivePod[]): Promise<readonly ReplicaCertificate[]> {
  const names = pods.filter(isReady).map(({ metadata }) => metadata?.name ?? "");
  return Promise.all(names.map(async (pod) => ({ pod, notAfter: await attempt(() => askForExpiry(api, pod)) })));
}

function contextOf(
  server: Attempt<ServerVersion>,
  meshConfig: Attempt<Parsed<MeshConfig>>,
  injectors: Attempt<readonly LivePod[]>,
  deployment: Attempt<InjectorDeployment>,
): InjectionContext | undefined {
  const config = valueOf(meshConfig);
  if (server.state !== "known" || config?.ok !== true) return undefined;
  return liveContext({
    config: config.value,
    server: server.value,
    injectors: valueOf(injectors) ?? [],
    version: deployedVersion(valueOf(deployment)) ?? ownVersion,
  });
}

async function survey(
  api: KubernetesApi,
  namespaces: Attempt<readonly NamespaceView[]>,
  context: InjectionContext | undefined,
  probe: Attempt<Probe | undefined>,
): Promise<Attempt<PodSurvey>> {
  if (context === undefined) return unknown("the mesh config or the server's version is not known");
  if (namespaces.state !== "known") return unknown("the namespaces are not known");
  const reference = referenceOf(valueOf(probe)?.result, context, ownVersion);
  return attempt(() => surveyPods(livePods(api, undefined), { namespaces: namespaces.value, context, reference }));
}

async function controlPlaneFacts(
  api: KubernetesApi,
  meshConfig: Attempt<Parsed<MeshConfig>>,
  nodes: Attempt<number>,
): Promise<ControlPlaneFacts | undefined> {
  const config = valueOf(meshConfig);
  return config?.ok === true && config.value.mode === "mesh" ? collectControlPlaneFacts(api, nodes) : undefined;
}

/** Collects all facts; rejects never, and asks no more once the API server has not answered. */
export async function collectInstallationFacts(api: KubernetesApi): Promise<InstallationFacts> {
  const server = await attempt(() => readServerVersion(api));
  const ask = async <T>(question: () => Promise<T>): Promise<Attempt<T>> =>
    server.state === "unknown" ? unknown(server.why) : attempt(question);
  const [deployment, injectors, nodes, configurations, authorities, meshConfig, namespaces] = await Promise.all([
    ask(() => readDeployment(api)),
    ask(() => readInjectorPods(api)),
    ask(() => countNodes(api)),
    Promise.all(
      shippedConfigurations().map(async (shipped) => {
        const path = objectPath(shipped.object);
        return { shipped, found: await ask(() => api.request<WebhookConfiguration>({ method: "GET", path })) };
      }),
    ),
    ask(() => readAuthorities(api)),
    ask(async () => readMeshConfig(await readConfigMap(api))),
    ask(() => readNamespaces(api)),
  ]);
  const context = contextOf(server, meshConfig, injectors, deployment);
  const probe =
    namespaces.state === "known"
      ? await ask(() => probeAny(api, probeNamespaces(namespaces.value, context)))
      : unknown("the namespaces are not known");
  const certificates = await askReplicas(api, valueOf(injectors) ?? []);
  const surveyed = await survey(api, namespaces, context, probe);
  return {
    server,
    deployment,
    injectors,
    nodes,
    configurations,
    authorities,
    certificates,
    meshConfig,
    context,
    namespaces,
    probe,
    survey: surveyed,
    controlPlane: await controlPlaneFacts(api, meshConfig, nodes),
  };
}
