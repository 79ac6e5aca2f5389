/**
 * `outrigger iptables` and `outrigger bootstrap`: what a pod's sidecar would be given, to be read or piped elsewhere.
 */
import { parse, stringify } from "yaml";
import { proxyContainerName } from "../../envoy/ports.ts";
import { OutriggerError } from "../../errors.ts";
import type { InjectionOutcome } from "../../injection/inject.ts";
import { injectPod } from "../../injection/inject.ts";
import { explainReason } from "../../injection/reasons.ts";
import { createRules } from "../../iptables/create-rules.ts";
import { describeRules } from "../../iptables/describe-rules.ts";
import { renderRestore } from "../../iptables/render-restore.ts";
import { allContainers } from "../../kubernetes/pod.ts";
import { formatProblem } from "../../problem.ts";
import type { Command, Invocation } from "../command.ts";
import { optionOf } from "../command.ts";
import { readTemplates, templateOptions } from "../read-templates.ts";

type Injected = Extract<InjectionOutcome, { result: "injected" }>;

/** One workload that is injected; several, or one that is not, are for the caller to hear about. */
async function injectEach({ options, terminal }: Invocation): Promise<readonly { title: string; outcome: Injected }[]> {
  const { templates, world } = await readTemplates(options, terminal);
  return templates.flatMap(({ template, namespace, title }) => {
    const outcome = injectPod(template.pod, namespace, world.context, template.workload.name);
    if (outcome.result === "injected") return [{ title, outcome }];
    const problems =
      outcome.result === "rejected" ? outcome.problems.map((problem) => `\n  ${formatProblem(problem)}`) : [];
    terminal.err(`${title}: ${outcome.result}, ${explainReason(outcome.reason)}${problems.join("")}\n`);
    return [];
  });
}

function showRules({ settings }: Injected, format: string | undefined): string {
  const rules = createRules(settings.capture);
  switch (format) {
    case undefined:
      return describeRules(rules);
    case "v4":
      return renderRestore(rules, "IPv4");
    case "v6":
      return renderRestore(rules, "IPv6");
    default:
      throw new OutriggerError("OUTRIGGER_USAGE", `-o ${format} is neither v4 nor v6`);
  }
}

function bootstrapOf({ pod }: Injected): unknown {
  const { args = [] } = allContainers(pod.spec).find(({ name }) => name === proxyContainerName) ?? {};
  const text = args[args.indexOf("--config-yaml") + 1];
  if (!args.includes("--config-yaml") || text === undefined) {
    throw new OutriggerError("OUTRIGGER_INPUT_INVALID", "the pod declares a proxy with a command line of its own");
  }
  return parse(text);
}

function showBootstrap(outcome: Injected, format: string | undefined): string {
  const bootstrap = bootstrapOf(outcome);
  switch (format) {
    case undefined:
    case "json":
      return `${JSON.stringify(bootstrap, undefined, 2)}\n`;
    case "yaml":
      return stringify(bootstrap, { version: "1.1", aliasDuplicateObjects: false });
    default:
      throw new OutriggerError("OUTRIGGER_USAGE", `-o ${format} is neither json nor yaml`);
  }
}

function showing(show: (outcome: Injected, format: string | undefined) => string): Command["run"] {
  return async (invocation) => {
    const { options, terminal } = invocation;
    const format = optionOf(options, "output");
    const injected = await injectEach(invocation);
    for (const { title, outcome } of injected) {
      if (injected.length > 1) terminal.out(`# ${title}\n`);
      terminal.out(show(outcome, format));
    }
    return injected.length > 0 ? 0 : 1;
  };
}

export const iptables: Command = {
  name: "iptables",
  operands: "",
  summary: "Show the capture rules of each pod in a manifest, with the reason for each rule.",
  options: {
    ...templateOptions,
    output: { short: "o", value: "FORMAT", help: "v4 or v6: the text that iptables-restore gets" },
  },
  run: showing(showRules),
};

export const bootstrap: Command = {
  name: "bootstrap",
  operands: "",
  summary: "Show the configuration that Envoy would start with in each pod of a manifest.",
  options: { ...templateOptions, output: { short: "o", value: "FORMAT", help: "json (unless told) or yaml" } },
  run: showing(showBootstrap),
};
