/**
 * The injector's front door, shared by the webhook and the command line: pod and namespace in, outcome out. Pure.
 */
import type { Pod } from "../kubernetes/pod.ts";
import type { Problem } from "../problem.ts";
import { formatProblem } from "../problem.ts";
import { describeOwner } from "../workloads/describe-owner.ts";
import { statusAnnotation } from "./keys.ts";
import { mutatePod } from "./mutate-pod.ts";
import { warnOfApplication } from "./pod-warnings.ts";
import type { Decision } from "./policy.ts";
import { decideInjection, findOtherProxy } from "./policy.ts";
import { readPod } from "./read-pod.ts";
import type { Inject, InjectionContext, InjectionOutcome, NamespaceView } from "./outcome.ts";
import type { RejectReason } from "./reasons.ts";
import { describeOrigins, resolveSettings } from "./resolve-settings.ts";
import type { InjectionStatus } from "./status.ts";
import { readStatus } from "./status.ts";
import { warnOfUnknownKeys } from "./unknown-keys.ts";

export type { Inject, InjectionContext, InjectionOutcome, NamespaceView, SettingOrigin } from "./outcome.ts";

/** What is known of the pod once the decision has been taken. */
interface Decided {
  readonly pod: Pod;
  readonly namespace: NamespaceView;
  readonly context: InjectionContext;
  readonly status: InjectionStatus | undefined;
  readonly decision: Decision;
  readonly warnings: readonly string[];
  readonly workload: string;
}

function warnOfStatus(pod: Pod, status: InjectionStatus | undefined): readonly string[] {
  return status === undefined && pod.metadata?.annotations?.[statusAnnotation] !== undefined
    ? [`annotation ${statusAnnotation} is not one that Outrigger wrote for this pod and is ignored`]
    : [];
}

function warnOfOtherMesh(pod: Pod, decision: Decision): readonly string[] {
  const message = `the pod already carries ${String(findOtherProxy(pod))}, so it gets no second sidecar`;
  return decision.reason === "other-mesh" ? [message] : [];
}

function warnOf(
  pod: Pod,
  namespace: NamespaceView,
  status: InjectionStatus | undefined,
  decision: Decision,
): readonly string[] {
  return [
    ...warnOfUnknownKeys("pod", pod.metadata?.labels, pod.metadata?.annotations),
    ...warnOfUnknownKeys("namespace", namespace.labels, namespace.annotations),
    ...warnOfStatus(pod, status),
    ...warnOfOtherMesh(pod, decision),
  ];
}

function reject(reason: RejectReason, problems: readonly Problem[], warnings: readonly string[]): InjectionOutcome {
  return { result: "rejected", reason, problems, warnings };
}

function injectDecided({ pod, namespace, context, status, decision, warnings, workload }: Decided): InjectionOutcome {
  if (!decision.inject) return { result: "skipped", reason: decision.reason, warnings };
  const { settings, layered, problems, warnings: settingWarnings } = resolveSettings(pod, namespace, context);
  const tolerant = context.config.userErrors === "warn";
  if (problems.length > 0 && !tolerant) return reject("invalid-setting", problems, [...warnings, ...settingWarnings]);
  const mutation = mutatePod({ pod, status, settings, namespace: namespace.name, workload, context });
  if (!mutation.ok) return reject(mutation.reason, mutation.problems, warnings);
  return {
    result: "injected",
    reason: decision.reason,
    pod: mutation.pod,
    settings,
    origins: describeOrigins(layered),
    warnings: [
      ...warnings,
      ...problems.map(formatProblem),
      ...settingWarnings,
      ...warnOfApplication(pod),
      ...mutation.warnings,
    ],
  };
}

/** See {@link Inject}. */
export const injectPod: Inject = (value, namespace, context, knownWorkload) => {
  const read = readPod(value);
  if (!read.ok) return reject("invalid-pod", read.problems, []);
  const pod = read.value;
  const workload = knownWorkload ?? describeOwner(pod).name;
  const status = readStatus(pod);
  const decision = decideInjection(pod, status, namespace, context);
  const warnings = warnOf(pod, namespace, status, decision);
  if (decision.problems.length > 0) {
    if (context.config.userErrors === "deny") return reject("invalid-setting", decision.problems, warnings);
    const tolerated = [...warnings, ...decision.problems.map(formatProblem)];
    return injectDecided({ pod, namespace, context, status, decision, warnings: tolerated, workload });
  }
  return injectDecided({ pod, namespace, context, status, decision, warnings, workload });
};
