/**
 * `outrigger inject` and `outrigger uninject`: the webhook's own functions over manifests, for those who want to see the
 * sidecar in their repository. Everything that is not changed stays as it was written.
 */
import { OutriggerError } from "../../errors.ts";
import { injectPod } from "../../injection/inject.ts";
import { explainReason } from "../../injection/reasons.ts";
import { uninjectPod } from "../../injection/uninject.ts";
import { describePlace, transformManifests } from "../../manifest-files/transform-manifests.ts";
import type { TransformObject } from "../../manifest-files/transform-manifests.ts";
import type { Problem } from "../../problem.ts";
import { formatProblem } from "../../problem.ts";
import type { PodTemplate } from "../../workloads/pod-templates.ts";
import { findPodTemplates } from "../../workloads/pod-templates.ts";
import { replaceAt } from "../../workloads/replace-pod.ts";
import type { Command, Terminal } from "../command.ts";
import type { OfflineWorld } from "../offline-world.ts";
import { readInput, readWorld } from "../offline-world.ts";
import { requireFilename, templateOptions } from "../read-templates.ts";

/** One pod in, the pod that is to stand in its place out, or what is wrong. */
type ChangePod = (template: PodTemplate, where: string) => unknown;

interface Refused {
  readonly problems: readonly Problem[];
}

function isRefused(value: unknown): value is Refused {
  return typeof value === "object" && value !== null && "problems" in value;
}

function inPod(problems: readonly Problem[], { path }: PodTemplate): readonly Problem[] {
  return path.length === 0
    ? problems
    : problems.map((problem) => ({ ...problem, path: `${path.join(".")} ${problem.path}` }));
}

function changing(change: ChangePod): TransformObject {
  return (object, place) => {
    let changed: unknown = object;
    const problems: Problem[] = [];
    for (const template of findPodTemplates(object)) {
      const pod = change(template, describePlace(place));
      if (isRefused(pod)) problems.push(...inPod(pod.problems, template));
      else if (pod !== template.pod) changed = replaceAt(changed, template.path, pod);
    }
    if (problems.length > 0) return problems;
    return changed === object ? undefined : (changed as object);
  };
}

function injecting(world: OfflineWorld, terminal: Terminal): ChangePod {
  return (template, where) => {
    const namespace = world.namespaceOf(template.namespace);
    const outcome = injectPod(template.pod, namespace, world.context, template.workload.name);
    for (const warning of outcome.warnings) terminal.err(`${where}: warning: ${warning}\n`);
    switch (outcome.result) {
      case "injected":
        return outcome.pod;
      case "skipped":
        terminal.err(`${where}: skipped (${outcome.reason}): ${explainReason(outcome.reason)}\n`);
        return template.pod;
      case "rejected":
        return { problems: outcome.problems } satisfies Refused;
    }
  };
}

const uninjecting: ChangePod = (template) => {
  const result = uninjectPod(template.pod);
  return result.ok ? result.value : ({ problems: result.problems } satisfies Refused);
};

function transform(text: string, path: string, change: ChangePod): string {
  const result = transformManifests(text, changing(change));
  if (result.ok) return result.value;
  throw new OutriggerError("OUTRIGGER_INPUT_INVALID", `${path}\n${result.problems.map(formatProblem).join("\n")}`);
}

export const inject: Command = {
  name: "inject",
  operands: "",
  summary: "Add the sidecar to every pod in a manifest and print the result.",
  options: templateOptions,
  run: async ({ options, terminal }) => {
    const path = requireFilename(options);
    const text = await readInput(terminal, path);
    const world = await readWorld(options, terminal, text);
    terminal.out(transform(text, path, injecting(world, terminal)));
    return 0;
  },
};

export const uninject: Command = {
  name: "uninject",
  operands: "",
  summary: "Take the sidecar out of every pod in a manifest and print the result.",
  options: { filename: templateOptions.filename },
  run: async ({ options, terminal }) => {
    const path = requireFilename(options);
    terminal.out(transform(await readInput(terminal, path), path, uninjecting));
    return 0;
  },
};
