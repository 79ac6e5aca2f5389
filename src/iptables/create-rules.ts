/**
 * The rule generator's front door: a capture plan in, every rule and route out, for both families. Pure.
 */
import type { IpFamily } from "../net/cidr.ts";
import type { CapturePlan } from "./capture-plan.ts";
import { capturesInbound } from "./captured-directions.ts";
import { proxyInboundTransparently, redirectInbound } from "./inbound-rules.ts";
import { deliveryRange } from "./loopback.ts";
import { clientAddressMark, localRouteTable } from "./marks.ts";
import { markForTransparentProxy, redirectOutbound } from "./outbound-rules.ts";
import type { CaptureRules, FamilyRules, RoutingStep } from "./rule.ts";

/** IPv4 first, so that the same plan gives the same bytes. */
const families: readonly IpFamily[] = ["IPv4", "IPv6"];

function createFamilyRules(family: IpFamily, plan: CapturePlan): FamilyRules {
  if (!plan.ipFamilies.includes(family)) return [];
  const nat = redirectOutbound(family, plan);
  if (!capturesInbound(plan)) return nat;
  return plan.mode === "tproxy"
    ? [...proxyInboundTransparently(plan), ...markForTransparentProxy(family), ...nat]
    : [...redirectInbound(plan), ...nat];
}

function createRouting(plan: CapturePlan): readonly RoutingStep[] {
  if (plan.mode === "none") return [];
  return families
    .filter((family) => plan.ipFamilies.includes(family))
    .flatMap((family): readonly RoutingStep[] => [
      // 127.0.0.0/8 is local as it is; of IPv6 only ::1 is, and a socket can be bound to a local address only.
      ...(family === "IPv6" ? [{ kind: "local-address", family, address: deliveryRange.IPv6 } as const] : []),
      ...(plan.mode === "tproxy" && capturesInbound(plan)
        ? [{ kind: "local-mark", family, mark: clientAddressMark, table: localRouteTable } as const]
        : []),
    ]);
}

/** Every rule and route that the plan needs; none at all for mode `none`. */
export function createRules(plan: CapturePlan): CaptureRules {
  return {
    rules: { IPv4: createFamilyRules("IPv4", plan), IPv6: createFamilyRules("IPv6", plan) },
    routing: createRouting(plan),
  };
}
