/**
 * What resources are called. A destination's cluster is named by how it is spoken to and its address, because that is what
 * a sidecar can put together from a connection that it has just accepted.
 */
import { parseAddress } from "../model/address.ts";
import type { Address } from "../model/destination.ts";
import { parseNamedPort } from "../model/named-destination.ts";

/**
 * How a sidecar passes a destination's traffic on: `http` request by request, `tcp` byte by byte. Two clusters, because the
 * TLS between sidecars tells the other side which of both is inside.
 */
export type Carriage = "http" | "tcp";

export const carriages: readonly Carriage[] = ["http", "tcp"];

/**
 * What a cluster of a destination is for: for one of both, or, `undetected`, for connections that were looked into and not
 * found to be HTTP. The destination knows what those are: bytes, or requests whose client is slow.
 */
export type ClusterUse = Carriage | "undetected";

export const clusterUses: readonly ClusterUse[] = [...carriages, "undetected"];

/** Where captured inbound connections go: the application. */
export const inboundName = "inbound";
/** Listener for captured outbound connections, and the route table of their requests. */
export const outboundName = "outbound";
/** Listener within the sidecar for requests that were not detected as such. */
export const requestsName = "requests";
/** Cluster for what is no business of the mesh. */
export const passthroughName = "passthrough";
/** The secret that holds a workload's own certificate and key. */
export const certificateName = "workload";
/** The secret that holds the mesh's trust anchors. */
export const trustName = "trust";

/** The request header, private to the sidecar, that names the cluster a request is for. */
export const destinationHeader = "x-outrigger-destination";

/** The ALPN by which a sidecar tells the other what is inside its TLS. Servers list none, so it is never agreed on. */
export const alpn = { http: "outrigger-http", tcp: "outrigger-tcp" } as const satisfies Record<Carriage, string>;

export interface DestinationName {
  readonly use: ClusterUse;
  readonly address: Address;
}

/** `http|10.96.0.1:80`: the cluster of a destination; `http|shop/cart:80` if that is a Service without an IP of its own. */
export function destinationName(use: ClusterUse, address: Address): string {
  return `${use}|${address}`;
}

/** What {@link destinationName} made; undefined for any other text. */
export function parseDestinationName(name: string): DestinationName | undefined {
  const bar = name.indexOf("|");
  const [use, address] = [name.slice(0, Math.max(bar, 0)), name.slice(bar + 1)];
  const known = clusterUses.find((candidate) => candidate === use);
  const isDestination = parseAddress(address) !== undefined || parseNamedPort(address) !== undefined;
  return known === undefined || !isDestination ? undefined : { use: known, address };
}

/**
 * `http|10.96.0.1:80|3q2-7w`: the endpoints of one definition of a cluster. A changed cluster needs endpoints before it takes
 * the old one's place, and Envoy waits for them to be sent, even if it has just those already; under a name that it has not
 * asked for yet it gets them by asking. Until then it would acknowledge no further cluster.
 *
 * @param definition text that differs where the cluster does
 */
export function endpointsName(cluster: string, definition: string): string {
  return `${cluster}|${definition}`;
}

/** The destination of {@link endpointsName}, whatever the definition; undefined for any other text. */
export function parseEndpointsName(name: string): DestinationName | undefined {
  const bar = name.lastIndexOf("|");
  return parseDestinationName(name.slice(0, Math.max(bar, 0)));
}

const inspectedPrefix = "outbound-";
const opaquePrefix = "opaque-";

/** The listener that tells by the first bytes what goes to a port. */
export function inspectedListenerName(port: number): string {
  return `${inspectedPrefix}${port}`;
}

/** The listener of an address that is not to be inspected, though its port is. */
export function opaqueListenerName(address: Address): string {
  return `${opaquePrefix}${address}`;
}

/** Which listener a name means. */
export type ListenerKind =
  | { readonly kind: "inbound" | "outbound" | "requests" }
  | { readonly kind: "inspected"; readonly port: number }
  | { readonly kind: "opaque"; readonly address: Address };

/** Undefined for a name that no listener has. */
export function parseListenerName(name: string): ListenerKind | undefined {
  if (name === inboundName || name === outboundName || name === requestsName) return { kind: name };
  if (name.startsWith(inspectedPrefix)) return { kind: "inspected", port: Number(name.slice(inspectedPrefix.length)) };
  if (name.startsWith(opaquePrefix)) return { kind: "opaque", address: name.slice(opaquePrefix.length) };
  return undefined;
}
