/**
 * What the model keeps of each Kubernetes object: only what decides where traffic goes, already checked and in one
 * spelling, because a cluster has tens of thousands of them and all are held in memory.
 */
import type { IpFamily } from "../../net/cidr.ts";
import type { PortRange, PortSelection } from "../../net/port-range.ts";
import type { Problem } from "../../problem.ts";
import type { DeclaredProtocol, EndpointHints, Reach } from "./destination.ts";
import type { ReferenceGrantRecord, RouteRecord } from "./routes/route-record.ts";
import type { TcpRouteRecord } from "./tcp-routes/tcp-route-record.ts";
import type { PolicyGroups, PolicyTarget } from "./traffic-policy.ts";
import type { TlsMode } from "./workload.ts";

export interface NamespaceRecord {
  readonly name: string;
  /** By annotation; undefined where there is none. */
  readonly opaquePorts: readonly PortRange[] | undefined;
}

export interface NodeRecord {
  readonly name: string;
  /** Empty where it says none. */
  readonly zone: string;
  /** At which node ports answer. */
  readonly ips: readonly string[];
}

export interface PodRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Milliseconds since the epoch: of two pods that claim one IP, the later one has it. */
  readonly createdAt: number;
  /** Those that are this pod's alone: none of a pod that shares its node's network, none of one that has ended. */
  readonly ips: readonly string[];
  /** Those of the node whose network it shares. */
  readonly sharedIps: readonly string[];
  readonly serviceAccount: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Empty while it is not scheduled. */
  readonly node: string;
  /** Undefined where it has none that this control plane configures. */
  readonly sidecar: SidecarRecord | undefined;
  /** By its annotation, where it has no sidecar that says what is opaque; undefined where there is none. */
  readonly opaquePorts: readonly PortRange[] | undefined;
}

/** What a sidecar was injected with. */
export interface SidecarRecord {
  /** Ports whose inbound connections arrive at the sidecar. */
  readonly inboundPorts: PortSelection;
  /** Wins over {@link inboundPorts}. */
  readonly uncapturedInboundPorts: readonly PortRange[];
  readonly opaquePorts: readonly PortRange[];
}

export interface ServiceRecord {
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since the epoch: of two Services that claim one address, the older one has it. */
  readonly createdAt: number;
  /** Where it has none to route to (ExternalName), or clients get the pods' own IPs from DNS (headless). */
  readonly kind: "addressed" | "headless" | "external-name";
  readonly families: readonly IpFamily[];
  readonly clusterIps: readonly string[];
  /** Of load balancers whose traffic a node may short-cut (`ipMode: VIP`). */
  readonly loadBalancerIps: readonly string[];
  readonly externalIps: readonly string[];
  /** TCP only. */
  readonly ports: readonly ServicePortRecord[];
  readonly publishNotReadyAddresses: boolean;
  /** `internalTrafficPolicy`: of clients that call it by a cluster IP. */
  readonly reach: Reach;
  /** `sessionAffinity`: whether a client stays with one endpoint. */
  readonly sticky: boolean;
  /** By annotation; undefined where there is none. */
  readonly opaquePorts: readonly PortRange[] | undefined;
}

export interface ServicePortRecord {
  /** Empty where a Service has a single one without a name. */
  readonly name: string;
  readonly port: number;
  /** What slices without a port of their own mean; undefined where it is a name. */
  readonly targetPort: number | undefined;
  readonly nodePort: number | undefined;
  /** By `appProtocol` or name; undefined where they say nothing. */
  readonly protocol: DeclaredProtocol | undefined;
}

export interface SliceRecord {
  readonly namespace: string;
  readonly name: string;
  /** The Service that it belongs to, of the same namespace. */
  readonly service: string;
  readonly family: IpFamily;
  /** TCP only. `port` is undefined where it is the Service's own target port. */
  readonly ports: readonly { readonly name: string; readonly port: number | undefined }[];
  readonly endpoints: readonly SliceEndpointRecord[];
}

export interface SliceEndpointRecord {
  readonly ip: string;
  /** `draining`: it is going away, but still serves. `unready`: used only by Services that publish such ones. */
  readonly condition: "ready" | "draining" | "unready";
  /**
   * The pod of the slice's namespace that it is, where Kubernetes itself says so: it is not used before that pod is known
   * to be at the IP, as it may insist on mTLS, nor after that. Undefined in slices that others write.
   */
  readonly pod: string | undefined;
  readonly node: string;
  readonly zone: string;
  readonly hints: EndpointHints;
}

/** A MeshTLS object. */
export interface MeshTlsRecord {
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since the epoch: of two that apply equally, the older one does. */
  readonly createdAt: number;
  /** Labels that a workload must have; undefined: it applies to the whole namespace, or the mesh. */
  readonly selector: Readonly<Record<string, string>> | undefined;
  /** Undefined: that of the next wider scope. */
  readonly mode: TlsMode | undefined;
  /** Only with a selector. */
  readonly ports: readonly { readonly port: number; readonly mode: TlsMode }[];
}

/** A TrafficPolicy object. */
export interface TrafficPolicyRecord {
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since the epoch: of two with the same target, the older one has it. */
  readonly createdAt: number;
  readonly targets: readonly PolicyTarget[];
  /** Whether it makes no sense, and so has no effect at all; its writer is told at each target. */
  readonly refused: boolean;
  /** None of a refused one. */
  readonly groups: PolicyGroups;
}

export interface ClusterObjects {
  readonly namespace: NamespaceRecord;
  readonly node: NodeRecord;
  readonly pod: PodRecord;
  readonly service: ServiceRecord;
  readonly slice: SliceRecord;
  readonly meshTls: MeshTlsRecord;
  readonly httpRoute: RouteRecord;
  readonly grpcRoute: RouteRecord;
  readonly tcpRoute: TcpRouteRecord;
  readonly referenceGrant: ReferenceGrantRecord;
  readonly trafficPolicy: TrafficPolicyRecord;
}

export type ObjectKind = keyof ClusterObjects;

/** Names an object: `<namespace>/<name>`, or the name alone where the kind has no namespaces. */
export interface ObjectReference {
  readonly kind: ObjectKind;
  readonly key: string;
}

interface ChangeOf<K extends ObjectKind> {
  readonly kind: K;
  readonly key: string;
  /** Undefined: it is gone, or so malformed that nothing can be made of it. */
  readonly object: ClusterObjects[K] | undefined;
  /** The `metadata.generation` of what was read; left out where the object is gone, or its kind has none. */
  readonly generation?: number;
  /** What its status says on the mesh's behalf, as a digest; left out as well where the kind has no status that it writes. */
  readonly told?: string;
  /** What is wrong with it; what the problems are about is left out of {@link object}, or has its default. */
  readonly problems: readonly Problem[];
}

/** An object came, changed or went. */
export type ObjectChange = { readonly [K in ObjectKind]: ChangeOf<K> }[ObjectKind];
