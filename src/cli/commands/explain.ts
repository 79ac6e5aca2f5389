/**
 * `outrigger explain`: what the webhook would decide about each pod, by which rule, and where every setting comes from; what the
 * mesh makes of a Service. Of manifests without a cluster, or of what is in one.
 */
import { OutriggerError } from "../../errors.ts";
import { injectPod } from "../../injection/inject.ts";
import { formatProblem } from "../../problem.ts";
import { clusterOptions, readFormat, withCluster } from "../cluster.ts";
import type { Command, Invocation, OptionValues } from "../command.ts";
import { optionOf } from "../command.ts";
import type { PlacedTemplate } from "../read-templates.ts";
import { readTemplates, templateOptions } from "../read-templates.ts";
import type { DataFormat } from "../render-data.ts";
import { dataFormats, renderData } from "../render-data.ts";
import { outcomeData, renderOutcome } from "../render-outcome.ts";
import { explainServices, serviceNameOf } from "./explain-service.ts";

async function explainManifests({ options, terminal }: Invocation, format: DataFormat | undefined): Promise<number> {
  const { templates, world } = await readTemplates(options, terminal);
  const explanations = templates.map(({ template, namespace, title }: PlacedTemplate) => ({
    title,
    outcome: injectPod(template.pod, namespace, world.context, template.workload.name),
  }));
  terminal.out(
    format === undefined
      ? explanations.map(({ title, outcome }) => renderOutcome(title, outcome)).join("\n")
      : renderData(
          explanations.map(({ title, outcome }) => outcomeData(title, outcome)),
          format,
        ),
  );
  return explanations.some(({ outcome }) => outcome.result === "rejected") ? 1 : 0;
}

/** A cluster has all this itself. */
const onlyForManifests = [
  "filename",
  "config",
  "namespaces",
  "kubernetes-version",
  "ip-families",
  "mesh-namespace",
] as const;

function refuseMisplaced(options: OptionValues): void {
  const given = onlyForManifests.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new OutriggerError(
    "OUTRIGGER_USAGE",
    `--${given} has no meaning for what is in a cluster; leave out KIND/NAME`,
  );
}

async function explainCluster(invocation: Invocation, format: DataFormat | undefined): Promise<number> {
  const { options, positionals, terminal } = invocation;
  refuseMisplaced(options);
  const { explainLive } = await import("../../diagnosis/explain-live.ts");
  const { parseExplainTarget } = await import("../../diagnosis/explain-target.ts");
  const { isRefused, liveData, renderLive } = await import("../render-live.ts");
  const targets = positionals.map((text) => {
    const target = parseExplainTarget(text);
    if (target.ok) return target.value;
    throw new OutriggerError("OUTRIGGER_USAGE", target.problems.map(formatProblem).join(", "));
  });
  return withCluster(options, terminal, async ({ api, namespace }) => {
    const explanations = [];
    for (const target of targets) {
      explanations.push(await explainLive(api, target, optionOf(options, "namespace") ?? namespace));
    }
    terminal.out(
      format === undefined ? explanations.map(renderLive).join("\n") : renderData(explanations.map(liveData), format),
    );
    return explanations.some(isRefused) ? 1 : 0;
  });
}

export const explain: Command = {
  name: "explain",
  operands: "[KIND/NAME ...]",
  summary:
    "Tell what becomes of each pod in a manifest (-f), or of a pod, workload or namespace in the cluster, and why; or what the mesh makes of a Service (svc/NAME), in manifests or in the cluster.",
  options: {
    ...templateOptions,
    output: { short: "o", value: "FORMAT", help: "json or yaml" },
    ...clusterOptions,
  },
  run: async (invocation) => {
    const format = readFormat(invocation.options, dataFormats);
    const services = invocation.positionals.map(serviceNameOf).filter((name) => name !== undefined);
    if (services.length > 0) {
      if (services.length === invocation.positionals.length) return explainServices(invocation, services, format);
      throw new OutriggerError("OUTRIGGER_USAGE", "ask about Services by themselves, as their answer has another form");
    }
    return invocation.positionals.length > 0
      ? explainCluster(invocation, format)
      : explainManifests(invocation, format);
  },
};
