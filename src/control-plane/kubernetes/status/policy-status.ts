/** The status of TrafficPolicies, target by target. Source: GEP-713, `PolicyAncestorStatus`. Pure. */
import type { TargetVerdict } from "../../model/judge-traffic-policy.ts";
import type { Judgement } from "../../model/routes/judge-route.ts";
import { gatewayGroup } from "../routes/gateway-group.ts";
import type { Statement } from "./condition.ts";
import type { SharedVerdict } from "./shared-status.ts";

/** The CRD allows more; nobody reads more. */
const longestMessage = 2_000;

/**
 * What is to be said of a policy of a generation.
 *
 * @param namespace the policy's own, which is that of its targets
 */
export function policyVerdict(generation: number, namespace: string, targets: readonly TargetVerdict[]): SharedVerdict {
  const entries = targets.map(({ target: { kind, name, section }, accepted, programmed }) => ({
    reference: { group: kind === "Service" ? "" : gatewayGroup, kind, namespace, name, sectionName: section },
    statements: [
      statement("Accepted", accepted),
      ...(programmed === undefined ? [] : [statement("Programmed", programmed)]),
    ],
  }));
  return { generation, entries };
}

function statement(type: string, { holds, reason, message }: Judgement<string>): Omit<Statement, "observedGeneration"> {
  const short = message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message;
  return { type, status: holds ? "True" : "False", reason, message: short };
}
