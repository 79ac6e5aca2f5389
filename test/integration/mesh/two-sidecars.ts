/**
 * A mesh of two meshed pods, a client and a server, with the real capture rules, the real bootstrap and a control plane.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workloadIdentity } from "../../../src/control-plane/model/identity.ts";
import type { Workload } from "../../../src/control-plane/model/workload.ts";
import type { TranslationSettings } from "../../../src/control-plane/xds/translation-settings.ts";
import { defaultTranslationSettings } from "../../../src/control-plane/xds/translation-settings.ts";
import type { BootstrapInput } from "../../../src/envoy/bootstrap-input.ts";
import { ports } from "../../../src/envoy/ports.ts";
import { capturePlan } from "../../capture-plans.ts";
import { eventually } from "../../eventually.ts";
import { trustDomain } from "../../mesh/fake-mesh.ts";
import { meshAuthority, workloadCertificate } from "../../mesh/mesh-certificates.ts";
import { workload } from "../../mesh/sample-mesh.ts";
import { bootstrapInput } from "../../unit/envoy/sample-input.ts";
import type { Agent } from "../envoy/agent-client.ts";
import { startAgent } from "../envoy/agent-client.ts";
import type { EnvoyProcess } from "../envoy/envoy-process.ts";
import { startEnvoy } from "../envoy/envoy-process.ts";
import type { RemoteFunctions } from "../envoy/remote-functions.ts";
import { startRemote } from "../envoy/remote-functions.ts";
import { serveAll } from "../envoy/sidecar.ts";
import { certificateFor, trustFile } from "../envoy/trust-file.ts";
import { applyPlan } from "../iptables/init-container.ts";
import type { Namespace } from "../iptables/namespace.ts";
import { requireNetworkTools } from "../iptables/requirements.ts";
import type { ControlPlaneFunctions, ControlPlaneStart } from "./control-plane.ts";
import { controlPlaneFunctions } from "./control-plane.ts";
import { createMeshNetwork, elsewhere, podAddress } from "./mesh-network.ts";

export type ControlPlane = RemoteFunctions<ControlPlaneFunctions>;

export interface MeshedPod {
  readonly workload: Workload;
  readonly namespace: Namespace;
  readonly application: Agent;
  readonly envoy: EnvoyProcess;
  /** A page of Envoy's admin interface. */
  readonly admin: (path: string) => Promise<string>;
}

/** @typeParam C the control plane */
export interface TwoSidecars<C = ControlPlane> {
  readonly client: MeshedPod;
  readonly server: MeshedPod;
  /** Everybody else: clients without a sidecar, servers that are no pods. */
  readonly world: Agent;
  readonly controlPlane: C;
  /** What the control plane was started with. */
  readonly start: ControlPlaneStart;
  readonly close: () => Promise<void>;
}

export const clientPod = workload({ name: "client-1", serviceAccount: "client", ips: [podAddress(1).IPv4] });
export const serverPod = workload({ name: "server-1", serviceAccount: "server", ips: [podAddress(2).IPv4] });

function identityOf({ namespace, serviceAccount }: Workload): string {
  return workloadIdentity(trustDomain, namespace, serviceAccount);
}

/** The port of the control plane. */
const port = 15_012;

/** As an ordinary user, except that it may read this checkout wherever that lies. */
const mayRead = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
const ordinary = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", ...mayRead];

function identityFolder(folder: string, { namespace, serviceAccount, name }: Workload, trust: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  chmodSync(path, 0o755);
  writeFileSync(join(path, "token"), `${namespace}/${serviceAccount}/${name}`);
  writeFileSync(join(path, "root.yaml"), trust);
  return path;
}

interface PodOptions {
  readonly namespace: Namespace;
  readonly workload: Workload;
  readonly folder: string;
  readonly input: Partial<BootstrapInput>;
}

async function startPod({ namespace, workload, folder, input }: PodOptions): Promise<MeshedPod> {
  applyPlan(namespace, capturePlan({ "interception-mode": input.interceptionMode ?? "redirect" }));
  const target = { host: elsewhere.private, port, tokenPath: join(folder, "token"), trustDirectory: folder };
  const bootstrap = bootstrapInput({
    controlPlane: target,
    ipFamilies: ["IPv4", "IPv6"],
    workload: workload.serviceAccount,
    accessLog: "all",
    ...input,
  });
  const environment = {
    POD_IP: workload.ips[0] ?? "",
    POD_NAME: workload.name,
    POD_NAMESPACE: workload.namespace,
    SERVICE_ACCOUNT: workload.serviceAccount,
    NODE_NAME: "node-1",
  };
  const envoy = startEnvoy(namespace, bootstrap, {}, environment);
  const application = startAgent(namespace, ...ordinary);
  const host = "127.0.0.1";
  const admin = async (path: string): Promise<string> =>
    (await application.getPage({ host, port: ports.admin, path })).body;
  await serveAll(application);
  return { workload, namespace, application, envoy, admin };
}

/** For so long, nothing that the control plane sends gets to the pod; it gets there later. */
export async function hearLate({ namespace }: MeshedPod, ms: number): Promise<void> {
  const rule = ["INPUT", "-p", "tcp", "--sport", String(port), "-j", "DROP"];
  namespace.run("iptables", "-I", ...rule);
  await sleep(ms);
  namespace.run("iptables", "-D", ...rule);
}

async function isReady({ envoy, admin }: MeshedPod): Promise<boolean> {
  if (!envoy.isRunning()) throw new Error(`Envoy has ended: ${envoy.log()}`);
  return (await admin("/ready")) === "LIVE\n";
}

export interface TwoSidecarsOptions {
  readonly mesh: ControlPlaneStart["mesh"];
  readonly settings?: TranslationSettings;
  readonly client?: Partial<BootstrapInput>;
  readonly server?: Partial<BootstrapInput>;
}

/** Starts the control plane of the tests. */
async function startControlPlane(world: Namespace, start: ControlPlaneStart): Promise<ControlPlane> {
  const file = join(import.meta.dirname, "control-plane.ts");
  const names = Object.keys(controlPlaneFunctions) as (keyof ControlPlaneFunctions)[];
  const controlPlane = startRemote<ControlPlaneFunctions>(world, file, names);
  await controlPlane.start(start);
  return controlPlane;
}

/** Starts everything; resolves once both sidecars are ready. */
export function startTwoSidecars(options: TwoSidecarsOptions): Promise<TwoSidecars> {
  return startSidecarsOf(startControlPlane, options);
}

/** The same with another control plane. */
export async function startSidecarsOf<C>(
  begin: (world: Namespace, start: ControlPlaneStart) => Promise<C>,
  options: TwoSidecarsOptions,
): Promise<TwoSidecars<C>> {
  requireNetworkTools();
  const folder = mkdtempSync(join(tmpdir(), "outrigger-two-sidecars-"));
  chmodSync(folder, 0o755);
  const network = await createMeshNetwork(2);
  const [root, { pem, cert }] = await Promise.all([meshAuthority(), certificateFor(elsewhere.private)]);
  const identities = [clientPod, serverPod].map(identityOf);
  const issued = await Promise.all(identities.map(async (uri) => [uri, await workloadCertificate(root, uri)] as const));
  const start: ControlPlaneStart = {
    mesh: options.mesh,
    settings: options.settings ?? defaultTranslationSettings,
    port,
    server: { certificate: pem, key: pem },
    trustBundle: root.certificate,
    certificates: Object.fromEntries(issued),
  };
  const controlPlane = await begin(network.world, start);
  const world = startAgent(network.world);
  await serveAll(world);
  const [client, server] = await Promise.all(
    ([clientPod, serverPod] as const).map((workload, index) => {
      const namespace = network.pods[index];
      if (namespace === undefined) throw new Error("there is no such pod");
      const input = (index === 0 ? options.client : options.server) ?? {};
      return startPod({ namespace, workload, folder: identityFolder(folder, workload, trustFile(cert)), input });
    }) as [Promise<MeshedPod>, Promise<MeshedPod>],
  );
  await eventually("both sidecars are ready", async () => (await isReady(client)) && (await isReady(server)));
  return {
    client,
    server,
    world,
    controlPlane,
    start,
    close: async () => {
      await Promise.all([client.envoy.stop(), server.envoy.stop()]);
      await network.close();
      rmSync(folder, { recursive: true });
    },
  };
}
