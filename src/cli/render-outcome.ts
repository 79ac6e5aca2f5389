/**
 * What was decided about a pod, as people and as scripts read it.
 */
import type { InjectionOutcome } from "../injection/inject.ts";
import { explainReason } from "../injection/reasons.ts";
import { formatProblem } from "../problem.ts";

/** A heading with lines beneath; nothing where there are none. */
export function block(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `  ${title}\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

function renderSettings(outcome: InjectionOutcome): string {
  if (outcome.result !== "injected") return "";
  const rows = outcome.origins.map(
    ({ setting, value, origin }) => [setting, value === "" ? "-" : value, origin] as const,
  );
  const [first, second] = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length))) as [
    number,
    number,
  ];
  return block(
    "settings",
    rows.map(([setting, value, origin]) => `${setting.padEnd(first)}  ${value.padEnd(second)}  ${origin}`),
  );
}

/** `injected: namespace-enabled (the namespace is labelled …)`. */
export function renderDecision({ result, reason }: Pick<InjectionOutcome, "result" | "reason">): string {
  return `${result}: ${reason} (${explainReason(reason)})`;
}

/**
 * All there is to say about one pod or template.
 *
 * @param facts lines that come right after the decision
 */
export function renderOutcome(title: string, outcome: InjectionOutcome, facts: readonly string[] = []): string {
  const problems = outcome.result === "rejected" ? outcome.problems.map(formatProblem) : [];
  const lines = [title, `  ${renderDecision(outcome)}`, ...facts.map((fact) => `  ${fact}`)];
  return `${lines.join("\n")}\n${block("problems", problems)}${block("warnings", outcome.warnings)}${renderSettings(outcome)}`;
}

/** What scripts get: everything but the pod itself. */
export function outcomeData(title: string, outcome: InjectionOutcome): object {
  return {
    workload: title,
    result: outcome.result,
    reason: outcome.reason,
    explanation: explainReason(outcome.reason),
    warnings: outcome.warnings,
    ...(outcome.result === "rejected" ? { problems: outcome.problems } : {}),
    ...(outcome.result === "injected" ? { settings: outcome.origins } : {}),
  };
}
