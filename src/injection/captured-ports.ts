/**
 * Which inbound ports of a pod arrive at the proxy. What does not arrive there needs no rewriting.
 */
import { uncapturedInboundPorts } from "../envoy/ports.ts";
import type { CapturePlan } from "../iptables/capture-plan.ts";
import { includesPort } from "../net/port-range.ts";

/** Whether connections from outside to this port of the pod are captured. */
export function capturesInbound(
  { mode, includeInboundPorts, excludeInboundPorts }: CapturePlan,
  port: number,
): boolean {
  return (
    mode !== "none" &&
    includesPort(includeInboundPorts, port) &&
    !includesPort(excludeInboundPorts, port) &&
    !uncapturedInboundPorts.includes(port)
  );
}
