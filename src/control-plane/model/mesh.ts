/**
 * The mesh as the translation to Envoy sees it: read by key, in constant time, always complete. What stands behind it is
 * kept up to date by changes of single objects, and never built anew.
 */
import type { Address, Destination, ServiceDestination } from "./destination.ts";
import { parseAddress } from "./address.ts";
import type { RoutedPort } from "./route.ts";
import type { PortLimit } from "./replica-limits.ts";
import type { NamespacedName, Workload } from "./workload.ts";

export interface Mesh {
  readonly trustDomain: string;
  /**
   * Never fails: an address that nobody has is an unknown destination. A Service without an IP of its own is known by its name
   * (`<namespace>/<service>:<port>`).
   */
  destination(address: Address): Destination;
  workload(pod: NamespacedName): Workload | undefined;
  /** How many requests a pod's own ports take, ascending by port; ports without a limit are not listed. */
  inboundLimits(pod: NamespacedName): readonly PortLimit[];
  /** The ports of a pod that take requests and nothing else, ascending: nothing that arrives there need be looked into. */
  requestPorts(pod: NamespacedName): readonly number[];
  /** Ports on which at least one Service takes HTTP or has not said what it takes; ascending. */
  inspectedPorts(): readonly number[];
  /** Opaque service ports whose number is among {@link inspectedPorts}: these addresses must not be inspected. */
  opaqueAddresses(): readonly Address[];
  /** The service ports of a namespace by their ClusterIPs, sorted by address. */
  servicesOf(namespace: string): readonly ServiceDestination[];
  /**
   * The ports whose routes the requests of a namespace's clients follow, sorted by namespace, Service and port. The same
   * objects, down to each rule, as long as they are the same.
   */
  routedPorts(clientNamespace: string): readonly RoutedPort[];
}

/** What a change of Kubernetes objects may have changed in the mesh; a name too many costs little, one too few is a bug. */
export interface MeshChange {
  /** Addresses whose destination differs in its endpoints or in anything else, but for those of {@link ips}. */
  readonly addresses: ReadonlySet<Address>;
  /**
   * IPs, without brackets, of pods and nodes: whatever is at them differs, at any port. A pod answers at every port, so
   * its addresses cannot be listed one by one. {@link mayDiffer} asks both.
   */
  readonly ips: ReadonlySet<string>;
  /** Those of {@link addresses} where more than the endpoints' list differs: identities, protocol, existence. */
  readonly redefined: ReadonlySet<Address>;
  /** Pods that came, went, or whose own settings (TLS mode, opaque ports, limits, request ports) differ. */
  readonly workloads: ReadonlySet<NamespacedName>;
  /** Whether `inspectedPorts` or `opaqueAddresses` differ. */
  readonly ports: boolean;
  /** Namespaces whose `servicesOf` lists other addresses. */
  readonly namespaces: ReadonlySet<string>;
  /** Client namespaces whose `routedPorts` differ. */
  readonly routes: ReadonlySet<string> | "all";
}

/** Whether an address's destination may differ after a change. */
export function mayDiffer({ addresses, ips }: Pick<MeshChange, "addresses" | "ips">, address: Address): boolean {
  if (addresses.has(address)) return true;
  const ip = ips.size === 0 ? undefined : parseAddress(address)?.ip;
  return ip !== undefined && ips.has(ip);
}
