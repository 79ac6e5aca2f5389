/**
 * The source address that marks connections from the proxy to the application beside it. The capture rules let this
 * address pass on loopback; without it, a connection from the proxy to the pod's own IP would be taken for the
 * application calling itself and be sent to the inbound listener again, for ever.
 */
import type { InterceptionMode } from "../iptables/capture-plan.ts";
import { deliveryAddress } from "../iptables/loopback.ts";
import type { IpFamily } from "../net/cidr.ts";
import { socketAddress } from "./address.ts";

/** Cluster fields that bind its connections to the marking source address; none where nothing is captured. */
export function bindToUncapturedSource(
  mode: InterceptionMode,
  families: readonly IpFamily[],
): Readonly<Record<string, unknown>> {
  const [first, ...others] = families.map((family) => socketAddress(deliveryAddress[family], 0).socket_address);
  if (mode === "none" || first === undefined) return {};
  const extra = others.length === 0 ? {} : { extra_source_addresses: others.map((address) => ({ address })) };
  return { upstream_bind_config: { source_address: first, ...extra } };
}
