/**
 * What stands behind an address that an application connects to. A sidecar knows the original destination of each
 * connection and nothing else that can be trusted, so the address is the key of everything on the outbound side.
 */
import type { ConnectionPolicy } from "./traffic-policy.ts";
import type { Workload } from "./workload.ts";

/** `<ip>:<port>`, an IPv6 address in brackets: as Envoy prints `%DOWNSTREAM_LOCAL_ADDRESS%`. */
export type Address = string;

/**
 * What a Service's port says it speaks, by `appProtocol` or the port's name. `detect`: it says nothing, the first bytes
 * tell. `tcp`: opaque, never inspected (declared so, by an opaque port, or by a protocol whose server speaks first).
 */
export type DeclaredProtocol = "http" | "http2" | "grpc" | "tcp" | "detect";

/** For whose clients the cluster means an endpoint (`hints` of EndpointSlices); what is empty says nothing. Sorted. */
export interface EndpointHints {
  readonly zones: readonly string[];
  readonly nodes: readonly string[];
}

/** Shared by all endpoints without any. */
export const noHints: EndpointHints = { zones: [], nodes: [] };

/** Which endpoints a client may use: those of the whole cluster, or those on its own node alone. */
export type Reach = "cluster" | "node";

/** One place that answers for a destination. */
export interface Endpoint {
  /** Without brackets. */
  readonly ip: string;
  readonly port: number;
  /** SPIFFE URI that its certificate must bear; undefined: it is plain, or takes no mTLS on this port. */
  readonly identity: string | undefined;
  /** Empty where unknown. */
  readonly zone: string;
  readonly node: string;
  /** Terminating, but still serving: used only where nothing else is left. */
  readonly draining: boolean;
  readonly hints: EndpointHints;
}

/** A backend's part of the connections to a Service's port that has a TCPRoute. */
export interface Share {
  /** `<namespace>/<service>:<port>`. */
  readonly backend: string;
  /** Of the sum of all shares' weights; 0 and more. */
  readonly weight: number;
  readonly reach: Reach;
  /** Ready ones and those that drain; sorted by ip and port. Where there are none, the share is refused. */
  readonly endpoints: readonly Endpoint[];
}

/** A Service's port by one of its addresses: ClusterIPs, load-balancer and external IPs, node ports. */
export interface ServiceDestination {
  readonly kind: "service";
  readonly address: Address;
  readonly namespace: string;
  readonly service: string;
  /** The Service's port, not the address's: they differ for node ports. */
  readonly port: number;
  readonly protocol: DeclaredProtocol;
  readonly reach: Reach;
  /** Whether a client stays with one endpoint as long as it is there. */
  readonly sticky: boolean;
  /** Ready ones and those that drain; sorted by ip and port. May be empty. */
  readonly endpoints: readonly Endpoint[];
  /** What policies say of connections to it; undefined: nothing. */
  readonly balancing: ConnectionPolicy | undefined;
  /** To whom a TCPRoute leads its connections: {@link endpoints} are those of all shares, then. Undefined: it has none. */
  readonly shares: readonly Share[] | undefined;
}

/** A pod called by its own address: headless Services, StatefulSets, clients that find peers by themselves. */
export interface PodDestination {
  readonly kind: "pod";
  readonly address: Address;
  readonly workload: Workload;
  readonly endpoint: Endpoint;
}

/** Nothing that the cluster knows. */
export interface UnknownDestination {
  readonly kind: "unknown";
  readonly address: Address;
}

export type Destination = ServiceDestination | PodDestination | UnknownDestination;
