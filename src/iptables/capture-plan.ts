/**
 * What is captured, before anything is said of how: the input of the rule generator.
 */
import type { Cidr, CidrSelection, IpFamily } from "../net/cidr.ts";
import type { PortRange, PortSelection } from "../net/port-range.ts";

/** How connections reach the proxy: NAT, transparent proxying (the client's address is kept), or not at all. */
export type InterceptionMode = "redirect" | "tproxy" | "none";

export interface CapturePlan {
  readonly mode: InterceptionMode;
  /** Families the pod has; rules are made for these only. */
  readonly ipFamilies: readonly IpFamily[];
  readonly includeInboundPorts: PortSelection;
  /** Wins over what is included. */
  readonly excludeInboundPorts: readonly PortRange[];
  /** Captured whatever their destination address, unless excluded. */
  readonly includeOutboundPorts: readonly PortRange[];
  /** Wins over what is included, by port or by address. */
  readonly excludeOutboundPorts: readonly PortRange[];
  readonly includeOutboundCidrs: CidrSelection;
  /** Wins over what is included, by port or by address. */
  readonly excludeOutboundCidrs: readonly Cidr[];
  /** Network interfaces (exact names) whose traffic is left alone, both ways. */
  readonly excludeInterfaces: readonly string[];
}
