/** Everything that the mesh model holds: the objects, by whatever leads to them, and what has been worked out of them. */
import type { PortRange } from "../../net/port-range.ts";
import { ClaimTable } from "./claim.ts";
import type { NamespaceRecord } from "./cluster-object.ts";
import { ClusterIpListing } from "./cluster-ip-listing.ts";
import { DeclaredPorts } from "./declared-ports.ts";
import { NodeIndex } from "./node-index.ts";
import { OverruledPolicies } from "./overruled-policies.ts";
import { PodIndex } from "./pod-index.ts";
import { PolicyIndex } from "./policy-index.ts";
import { PortInspection } from "./port-inspection.ts";
import { ProblemBook } from "./problem-book.ts";
import type { RouteState } from "./routes/route-state.ts";
import { createRouteState } from "./routes/route-state.ts";
import { ReplicaLimits } from "./replica-limits.ts";
import type { TcpRouteState } from "./tcp-routes/tcp-route-state.ts";
import { createTcpRouteState } from "./tcp-routes/tcp-route-state.ts";
import { ServiceIndex } from "./service-index.ts";
import { TrafficPolicyIndex } from "./traffic-policy-index.ts";

export interface MeshSettings {
  /** The `<domain>` of `spiffe://<domain>/ns/<namespace>/sa/<service account>`. */
  readonly trustDomain: string;
  /** The mesh's own namespace, where MeshTLS objects without a selector apply to the whole mesh. */
  readonly rootNamespace: string;
  /** Ports that are handled as plain TCP where neither the Service or pod nor its namespace says which are. */
  readonly opaquePorts: readonly PortRange[];
}

export interface MeshState {
  readonly settings: MeshSettings;
  readonly namespaces: Map<string, NamespaceRecord>;
  readonly nodes: NodeIndex;
  readonly pods: PodIndex;
  readonly services: ServiceIndex;
  readonly policies: PolicyIndex;
  readonly trafficPolicies: TrafficPolicyIndex;
  readonly limits: ReplicaLimits;
  readonly declared: DeclaredPorts;
  readonly claims: ClaimTable;
  readonly clusterIps: ClusterIpListing;
  readonly inspection: PortInspection;
  readonly overruled: OverruledPolicies;
  readonly routes: RouteState;
  readonly tcpRoutes: TcpRouteState;
  readonly book: ProblemBook;
}

/** The state of an empty cluster. */
export function createMeshState(settings: MeshSettings): MeshState {
  return {
    settings,
    namespaces: new Map(),
    nodes: new NodeIndex(),
    pods: new PodIndex(),
    services: new ServiceIndex(),
    policies: new PolicyIndex(settings.rootNamespace),
    trafficPolicies: new TrafficPolicyIndex(),
    limits: new ReplicaLimits(),
    declared: new DeclaredPorts(),
    claims: new ClaimTable(),
    clusterIps: new ClusterIpListing(),
    inspection: new PortInspection(),
    overruled: new OverruledPolicies(),
    routes: createRouteState(),
    tcpRoutes: createTcpRouteState(),
    book: new ProblemBook(),
  };
}

/** The opaque ports of whatever says nothing itself in a namespace. */
export function opaquePortsOf({ namespaces, settings }: MeshState, namespace: string): readonly PortRange[] {
  return namespaces.get(namespace)?.opaquePorts ?? settings.opaquePorts;
}
