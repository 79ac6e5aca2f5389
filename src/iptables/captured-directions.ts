/**
 * Which directions a plan captures at all: a chain that would capture nothing is not made.
 */
import type { IpFamily } from "../net/cidr.ts";
import type { CapturePlan } from "./capture-plan.ts";
import { rangesOf } from "./family-ranges.ts";

/** Whether any connection that reaches the pod goes through the proxy. */
export function capturesInbound({ mode, includeInboundPorts }: CapturePlan): boolean {
  return mode !== "none" && (includeInboundPorts === "all" || includeInboundPorts.length > 0);
}

/** Whether any connection that the pod opens in this family goes through the proxy. */
export function capturesOutbound(plan: CapturePlan, family: IpFamily): boolean {
  if (plan.mode === "none") return false;
  const { includeOutboundPorts, includeOutboundCidrs } = plan;
  return (
    includeOutboundPorts.length > 0 ||
    includeOutboundCidrs === "all" ||
    rangesOf(includeOutboundCidrs, family).length > 0
  );
}
