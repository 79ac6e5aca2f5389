/**
 * `outrigger explain`: what the webhook would decide about each pod, by which rule, and where every setting comes from.
 */
import { stringify } from "yaml";
import { OutriggerError } from "../../errors.ts";
import type { InjectionOutcome } from "../../injection/inject.ts";
import { injectPod } from "../../injection/inject.ts";
import { explainReason } from "../../injection/reasons.ts";
import { formatProblem } from "../../problem.ts";
import type { Command } from "../command.ts";
import { optionOf } from "../command.ts";
import type { PlacedTemplate } from "../read-templates.ts";
import { readTemplates, templateOptions } from "../read-templates.ts";

interface Explanation {
  readonly workload: string;
  readonly outcome: InjectionOutcome;
}

function block(title: string, lines: readonly string[]): string {
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

function renderText({ workload, outcome }: Explanation): string {
  const decision = `  ${outcome.result}: ${outcome.reason} (${explainReason(outcome.reason)})\n`;
  const problems = outcome.result === "rejected" ? outcome.problems.map(formatProblem) : [];
  return `${workload}\n${decision}${block("problems", problems)}${block("warnings", outcome.warnings)}${renderSettings(outcome)}`;
}

/** What scripts get: everything but the pod itself. */
function toData({ workload, outcome }: Explanation): object {
  return {
    workload,
    result: outcome.result,
    reason: outcome.reason,
    explanation: explainReason(outcome.reason),
    warnings: outcome.warnings,
    ...(outcome.result === "rejected" ? { problems: outcome.problems } : {}),
    ...(outcome.result === "injected" ? { settings: outcome.origins } : {}),
  };
}

function render(explanations: readonly Explanation[], format: string | undefined): string {
  switch (format) {
    case undefined:
      return explanations.map(renderText).join("\n");
    case "json":
      return `${JSON.stringify(explanations.map(toData), undefined, 2)}\n`;
    case "yaml":
      return stringify(explanations.map(toData), { version: "1.1" });
    default:
      throw new OutriggerError("OUTRIGGER_USAGE", `-o ${format} is neither json nor yaml`);
  }
}

export const explain: Command = {
  name: "explain",
  operands: "",
  summary: "Tell what becomes of each pod in a manifest, and why.",
  options: { ...templateOptions, output: { short: "o", value: "FORMAT", help: "json or yaml" } },
  run: async ({ options, terminal }) => {
    const { templates, world } = await readTemplates(options, terminal);
    const explanations = templates.map(({ template, namespace, title }: PlacedTemplate) => ({
      workload: title,
      outcome: injectPod(template.pod, namespace, world.context, template.workload.name),
    }));
    terminal.out(render(explanations, optionOf(options, "output")));
    return explanations.some(({ outcome }) => outcome.result === "rejected") ? 1 : 0;
  },
};
