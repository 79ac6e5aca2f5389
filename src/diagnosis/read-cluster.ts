/**
 * What several commands ask the API server about an installation: each question one function, its answer an
 * {@link Attempt} where it may fail alone.
 */
import { injectorName, meshConfigMap, nameLabel, systemNamespace } from "../installation/names.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { listObjects, listPages } from "../kubernetes/list-pages.ts";
import { namespaceView } from "../kubernetes/namespaces.ts";
import type { NamespaceView } from "../injection/outcome.ts";
import type { ServerVersion } from "../kubernetes/server-version.ts";
import { parseServerVersion } from "../kubernetes/server-version.ts";
import type { WorkloadObject } from "../workloads/rollout-progress.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";
import { isOver } from "../workloads/why-not-ready.ts";
import type { ConfigMap } from "./live-context.ts";

const system = `/api/v1/namespaces/${systemNamespace}`;

/** The injector's Deployment, or the control plane's, as far as it is looked at. */
export interface InjectorDeployment extends WorkloadObject {
  readonly spec?: WorkloadObject["spec"] & {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
  };
}

export async function readServerVersion(api: KubernetesApi): Promise<ServerVersion> {
  return parseServerVersion(await api.request({ method: "GET", path: "/version" }));
}

export async function readConfigMap(api: KubernetesApi): Promise<ConfigMap> {
  return api.request({ method: "GET", path: `${system}/configmaps/${meshConfigMap}` });
}

export async function readDeployment(api: KubernetesApi, name = injectorName): Promise<InjectorDeployment> {
  const path = `/apis/apps/v1/namespaces/${systemNamespace}/deployments/${name}`;
  return api.request({ method: "GET", path });
}

/** The injector's pods that are not on their way out. */
export async function readInjectorPods(api: KubernetesApi): Promise<readonly LivePod[]> {
  return readPodsOf(api, injectorName);
}

/** The pods of one of Outrigger's Deployments that are not on their way out. */
export async function readPodsOf(api: KubernetesApi, deployment: string): Promise<readonly LivePod[]> {
  return (await listPodsOf(api, deployment)).filter((pod) => !isOver(pod));
}

/** Names of replicas that have been told to stop and may still answer. */
export async function leavingInjectors(api: KubernetesApi): Promise<readonly string[]> {
  const leaving = (await listPodsOf(api, injectorName)).filter(
    ({ metadata }) => metadata?.deletionTimestamp !== undefined,
  );
  return leaving.map(({ metadata }) => metadata?.name ?? "");
}

async function listPodsOf(api: KubernetesApi, deployment: string): Promise<readonly LivePod[]> {
  const query = { labelSelector: `${nameLabel}=${deployment}` };
  const { objects } = await listObjects(api, { path: `${system}/pods`, query });
  return objects as readonly LivePod[];
}

export async function readNamespaces(api: KubernetesApi): Promise<readonly NamespaceView[]> {
  const { objects } = await listObjects(api, { path: "/api/v1/namespaces", query: {} });
  return objects.map(namespaceView);
}

export async function readNamespace(api: KubernetesApi, name: string): Promise<NamespaceView> {
  return namespaceView(await api.request({ method: "GET", path: `/api/v1/namespaces/${name}` }));
}

/** Pods that run or are to run, one after another: of one namespace, or of all. */
export async function* livePods(
  api: KubernetesApi,
  namespace: string | undefined,
  labelSelector?: string,
): AsyncGenerator<LivePod> {
  const path = namespace === undefined ? "/api/v1/pods" : `/api/v1/namespaces/${namespace}/pods`;
  const query = labelSelector === undefined ? {} : { labelSelector };
  for await (const { items } of listPages(api, { path, query })) {
    for (const pod of items as readonly LivePod[]) if (!isOver(pod)) yield pod;
  }
}

/** The version in an image's tag, e.g. `1.2.3`; undefined where the tag is no version. */
export function imageVersion(image: string | undefined): string | undefined {
  return /:v?(?<version>\d+\.\d+\.\d+[^@/]*)(?:@|$)/.exec(image ?? "")?.groups?.["version"];
}

/** The version of the injector that its Deployment names. */
export function deployedVersion(deployment: InjectorDeployment | undefined): string | undefined {
  return imageVersion(deployment?.spec?.template?.spec?.containers?.[0]?.image);
}
