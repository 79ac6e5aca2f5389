/**
 * The sidecars of the mesh: those that are connected to some replica, and those that should be and are not. Pure.
 */
import type { RefusedResource } from "../control-plane/ads/held-resources.ts";
import type { ListedProxy } from "../control-plane/pages/pages.ts";
import { carriedStatus } from "../diagnosis/inspect-pod.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";
import { isReady, whyNotReady } from "../workloads/why-not-ready.ts";

/** One sidecar. Times are RFC 3339; what is not known is left out. */
export interface ProxyRow {
  /** `<namespace>/<name>`. */
  readonly pod: string;
  readonly connected: boolean;
  /** The pod of the control plane that it is connected to. */
  readonly replica?: string;
  readonly connectedSince?: string;
  /** Whether it has taken everything that it was sent, and nothing is left to send. */
  readonly synced?: boolean;
  readonly resources?: number;
  readonly refused: readonly RefusedResource[];
  readonly certificateExpires?: string;
  readonly identity?: string;
  /** Of the injector that made it. */
  readonly version?: string;
  /** Why it is not connected, as far as its pod tells. */
  readonly because?: string;
}

export interface ProxyListInput {
  readonly replicas: readonly { readonly replica: string; readonly value: readonly ListedProxy[] }[];
  /** Pods with a sidecar that the control plane configures, and maybe others. */
  readonly pods: readonly LivePod[];
  /** Whether a replica did not say which proxies it has. */
  readonly incomplete: boolean;
}

interface Connection {
  readonly replica: string;
  readonly proxy: ListedProxy;
}

/** One row for each sidecar, by namespace and name. */
export function listProxies({ replicas, pods, incomplete }: ProxyListInput): readonly ProxyRow[] {
  const connections = latestConnections(replicas);
  const meshed = pods.filter((pod) => carriedStatus(pod)?.mesh !== undefined);
  return meshed
    .map((pod) => {
      const connection = connections.get(nameOf(pod));
      return connection === undefined ? unconnected(pod, incomplete) : connected(pod, connection);
    })
    .toSorted((one, other) => (one.pod < other.pod ? -1 : 1));
}

/** One that has just moved to another replica may still be seen at both. */
function latestConnections(replicas: ProxyListInput["replicas"]): ReadonlyMap<string, Connection> {
  const all = replicas.flatMap(({ replica, value }) => value.map((proxy) => ({ replica, proxy })));
  const oldestFirst = all.toSorted((one, other) => one.proxy.connectedAt - other.proxy.connectedAt);
  return new Map(oldestFirst.map((connection) => [connection.proxy.proxy.pod, connection]));
}

function nameOf({ metadata }: LivePod): string {
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
}

function versionOf(pod: LivePod): Pick<ProxyRow, "version"> {
  const version = carriedStatus(pod)?.version;
  return version === undefined ? {} : { version };
}

function connected(pod: LivePod, { replica, proxy }: Connection): ProxyRow {
  const { connectedAt, certificateExpiresAt, types } = proxy;
  return {
    pod: nameOf(pod),
    connected: true,
    replica,
    connectedSince: new Date(connectedAt).toISOString(),
    synced: types.every(({ synced }) => synced),
    resources: types.reduce((sum, { resources }) => sum + resources, 0),
    refused: types.flatMap(({ refused }) => refused),
    ...(certificateExpiresAt !== undefined && { certificateExpires: new Date(certificateExpiresAt).toISOString() }),
    identity: proxy.proxy.identity,
    ...versionOf(pod),
  };
}

function unconnected(pod: LivePod, incomplete: boolean): ProxyRow {
  return {
    pod: nameOf(pod),
    connected: false,
    refused: [],
    ...versionOf(pod),
    because: whyUnconnected(pod, incomplete),
  };
}

function whyUnconnected(pod: LivePod, incomplete: boolean): string {
  const [reason] = isReady(pod) ? [] : whyNotReady([pod]);
  if (reason !== undefined) return reason.replace(/^pod [^:]*: /, "");
  return incomplete ? "perhaps connected to a replica that could not be asked" : "no replica knows it";
}
