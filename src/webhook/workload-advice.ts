/**
 * What to tell the author of a workload about the pods that it will make: said where he looks, at `kubectl apply`. Its pods
 * themselves are created by a controller, which reads no warnings.
 */
import type { InjectionOutcome } from "../injection/outcome.ts";
import type { SkipReason } from "../injection/reasons.ts";
import { explainReason } from "../injection/reasons.ts";
import { warnOfUnknownKeys } from "../injection/unknown-keys.ts";
import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import type { Problem } from "../problem.ts";
import { formatProblem } from "../problem.ts";
import type { PodTemplate } from "../workloads/pod-templates.ts";

/** Reasons that the author has written into the template himself: to be reminded at each `apply` would only annoy. */
const intended: readonly SkipReason[] = ["pod-opt-out"];

/** `spec.template.`, or nothing where the object is the pod itself. */
function prefixOf({ path }: PodTemplate): string {
  return path.map((key) => `${key}.`).join("");
}

/** The problem's path as the author sees it, who looks at the workload and not at the pod. */
function placed(problem: Problem, template: PodTemplate): Problem {
  const path = problem.path.replace(/^pod\./, "");
  return /^(metadata|spec)\b/.test(path) ? { ...problem, path: prefixOf(template) + path } : problem;
}

function adviseOnOutcome(outcome: InjectionOutcome, template: PodTemplate): readonly string[] {
  const { kind } = template.workload;
  switch (outcome.result) {
    case "injected":
      return [];
    case "skipped":
      return intended.includes(outcome.reason)
        ? []
        : [`the pods of this ${kind} get no sidecar (${outcome.reason}): ${explainReason(outcome.reason)}`];
    case "rejected":
      return [
        `the pods of this ${kind} will be refused (${outcome.reason}): ${explainReason(outcome.reason)}`,
        ...outcome.problems.map((problem) => formatProblem(placed(problem, template))),
      ];
  }
}

type Keyed = Readonly<Record<string, string>> | undefined;

/** The texts under a key of `metadata` that the template does not have as well. */
function ownKeys(object: JsonObject, pod: unknown, field: "labels" | "annotations"): Keyed {
  const [own, inPods] = [object, pod].map((owner): unknown => {
    const metadata = isJsonObject(owner) ? owner["metadata"] : undefined;
    return isJsonObject(metadata) ? metadata[field] : undefined;
  });
  if (!isJsonObject(own)) return undefined;
  const entries = Object.entries(own).filter(([key]) => !isJsonObject(inPods) || !Object.hasOwn(inPods, key));
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

/** Keys of ours that stand on the workload, where they have no effect; those that its pods carry as well do no harm. */
function adviseOnKeys(object: JsonObject, { path, pod }: PodTemplate): readonly string[] {
  if (path.length === 0) return [];
  return warnOfUnknownKeys("workload", ownKeys(object, pod, "labels"), ownKeys(object, pod, "annotations"));
}

/**
 * The warnings for a workload; none where its pods get their sidecar and there is nothing else to say.
 *
 * @param object the workload, parsed JSON of any shape
 * @param template what was found in it
 * @param outcome what the webhook would make of such a pod
 */
export function adviseOnWorkload(
  object: JsonObject,
  template: PodTemplate,
  outcome: InjectionOutcome,
): readonly string[] {
  return [...adviseOnOutcome(outcome, template), ...adviseOnKeys(object, template), ...outcome.warnings];
}
