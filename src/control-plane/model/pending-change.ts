/**
 * What one batch of changes has touched: what is still to be worked out, and how things were before the batch. Whatever
 * comes back to what it was, however often it has changed in between, has not changed.
 */
import type { Claim, ClaimKey } from "./claim.ts";
import type { MeshTlsRecord, PodRecord } from "./cluster-object.ts";
import type { Address } from "./destination.ts";
import type { PodEntry } from "./pod-index.ts";
import type { ResolvedPort } from "./resolved-port.ts";
import type { RouteKey } from "./routes/route-key.ts";
import type { RouteRecord } from "./routes/route-record.ts";
import type { PortSplits } from "./tcp-routes/tcp-route-state.ts";
import type { NamespacedName } from "./workload.ts";

/** A port of a Service, by its number. */
export interface ServicePort {
  readonly service: NamespacedName;
  readonly port: number;
}

export class PendingChange {
  /** Whether pods go from one MeshTLS mode to another in stages. */
  readonly gradual: boolean;
  /** Pods whose transition goes on to its next stage. */
  readonly proceeding = new Set<NamespacedName>();
  /** Pods that have begun a stage of a transition. */
  readonly underway = new Set<NamespacedName>();
  /** Pods to work out, with what is known of them now. */
  readonly pods = new Map<NamespacedName, PodRecord | undefined>();
  /** Services to work out. */
  readonly services = new Set<NamespacedName>();
  /** Namespaces whose MeshTLS objects have changed. */
  readonly policyNamespaces = new Set<string>();
  /** TrafficPolicies to judge anew. */
  readonly trafficPolicies = new Set<NamespacedName>();
  readonly removedPolicies: MeshTlsRecord[] = [];
  /** Policies that have begun or ceased to be overruled for some pod. */
  readonly overruledPolicies = new Set<NamespacedName>();

  /** Pods whose ports may take something else, or more, or fewer. */
  readonly limitedPods = new Set<NamespacedName>();

  readonly podsBefore = new Map<NamespacedName, PodEntry | undefined>();
  readonly ipOwnersBefore = new Map<string, PodEntry | undefined>();
  readonly claimsBefore = new Map<ClaimKey, Claim | undefined>();
  /** IPs of nodes at which pods on their networks have come or gone. */
  readonly sharedIps = new Set<string>();
  /** IPs that nodes have got or lost. */
  readonly nodeIps = new Set<string>();
  /** Whether the inspected ports have changed. */
  ports = false;

  /** Routes to work out, with what is known of them now. */
  readonly routes = new Map<RouteKey, RouteRecord | undefined>();
  /** Routes of which something else may have to be said. */
  readonly judged = new Set<RouteKey>();
  /** Namespaces whose ReferenceGrants have changed. */
  readonly grantNamespaces = new Set<string>();
  /** TCPRoutes that have come, changed or gone. */
  readonly tcpRoutes = new Set<NamespacedName>();
  /** TCPRoutes of which something else may have to be said. */
  readonly judgedTcpRoutes = new Set<NamespacedName>();
  /** Services whose connections may be shared out differently. */
  readonly splitsBefore = new Map<NamespacedName, PortSplits>();
  /** Services that routes may see differently. */
  readonly fronts = new Set<NamespacedName>();
  /** Ports of Services whose requests policies say something else of. */
  readonly requestPorts = new Map<string, ServicePort>();
  /** Ports of Services that go by their names. */
  readonly namedBefore = new Map<Address, ResolvedPort | undefined>();
  /** Namespaces whose clients see other routes. */
  routed: ReadonlySet<string> | "all" = new Set();

  constructor(gradual: boolean) {
    this.gradual = gradual;
  }

  /** @param client the namespace whose clients see other routes; undefined: all */
  noteRouted(client: string | undefined): void {
    if (client === undefined) this.routed = "all";
    else if (this.routed !== "all") this.routed = new Set([...this.routed, client]);
  }
}

/** Keeps the first value that is put down for a key: the one before the batch. */
export function rememberFirst<K, V>(before: Map<K, V>, key: K, value: V): void {
  if (!before.has(key)) before.set(key, value);
}
