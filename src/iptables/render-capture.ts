/**
 * What is handed to the init container: the finished rules as environment variables. The container's script,
 * `images/init/outrigger-init`, applies them and decides nothing but which iptables the node speaks.
 */
import type { CapturePlan } from "./capture-plan.ts";
import { createRules } from "./create-rules.ts";
import { renderRestore } from "./render-restore.ts";
import type { RoutingStep } from "./rule.ts";

/** Names of the init container's environment variables; all three must be set, if to nothing. */
export const captureVariables = {
  v4: "OUTRIGGER_IPTABLES_V4",
  v6: "OUTRIGGER_IPTABLES_V6",
  routing: "OUTRIGGER_ROUTING",
} as const;

/** The values of {@link captureVariables}; all empty where nothing is captured. */
export interface RenderedCapture {
  /** Input for `iptables-restore --noflush`. */
  readonly v4: string;
  /** Input for `ip6tables-restore --noflush`. */
  readonly v6: string;
  /** One step a line: `local-address IPv6 <address>/<length>` or `local-mark <family> <mark> <table>`. */
  readonly routing: string;
}

function renderStep(step: RoutingStep): string {
  return step.kind === "local-address"
    ? `${step.kind} ${step.family} ${step.address}\n`
    : `${step.kind} ${step.family} ${step.mark} ${step.table}\n`;
}

/** Everything that the init container applies. */
export function renderCapture(plan: CapturePlan): RenderedCapture {
  const rules = createRules(plan);
  return {
    v4: renderRestore(rules, "IPv4"),
    v6: renderRestore(rules, "IPv6"),
    routing: rules.routing.map(renderStep).join(""),
  };
}
