/**
 * What is to be told of a cluster's pods, counted by workload: ten thousand pods pass one by one and only what is wrong
 * with them is kept.
 */
import type { InjectionContext, NamespaceView } from "../injection/outcome.ts";
import { warnOfUnknownKeys } from "../injection/unknown-keys.ts";
import { formatProblem } from "../problem.ts";
import { describeOwner } from "../workloads/describe-owner.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";
import { judgeSidecar } from "./inspect-pod.ts";
import type { Reference } from "./reference.ts";

/** Some pods of one workload, for one reason. */
export interface WorkloadTally {
  /** `Deployment shop/web`. */
  readonly workload: string;
  readonly pods: number;
  /** Why; empty where there is no more to say than the list it is in. */
  readonly because: string;
}

export interface PodSurvey {
  /** All that run or are to run. */
  readonly pods: number;
  readonly withSidecar: number;
  /** Would get a sidecar today and carry none. */
  readonly missing: readonly WorkloadTally[];
  /** Would be refused today. */
  readonly refused: readonly WorkloadTally[];
  readonly stale: readonly WorkloadTally[];
  /** Labels and annotations that look like ours and are not. */
  readonly misspelt: readonly WorkloadTally[];
}

export interface SurveyContext {
  readonly namespaces: readonly NamespaceView[];
  readonly context: InjectionContext;
  readonly reference: Reference;
}

class Tallies {
  readonly #byKey = new Map<string, WorkloadTally>();

  add(workload: string, because: string): void {
    const key = `${workload}\n${because}`;
    const pods = (this.#byKey.get(key)?.pods ?? 0) + 1;
    this.#byKey.set(key, { workload, pods, because });
  }

  /** In the order of the workloads' names. */
  list(): readonly WorkloadTally[] {
    return [...this.#byKey.values()].sort((one, other) => (one.workload < other.workload ? -1 : 1));
  }
}

/** `Deployment shop/web`, of the workload that a pod belongs to. */
export function describeWorkloadOf(pod: LivePod): string {
  const { kind, name } = describeOwner(pod);
  return `${kind} ${pod.metadata?.namespace ?? ""}/${name}`;
}

/** Looks at every pod. */
export async function surveyPods(
  pods: AsyncIterable<LivePod> | Iterable<LivePod>,
  { namespaces, context, reference }: SurveyContext,
): Promise<PodSurvey> {
  const byName = new Map(namespaces.map((namespace) => [namespace.name, namespace]));
  const [missing, refused, stale, misspelt] = [new Tallies(), new Tallies(), new Tallies(), new Tallies()];
  const counts = { pods: 0, withSidecar: 0 };
  for await (const pod of pods) {
    // Of a namespace that has come since the namespaces were listed there is nothing to say yet.
    const namespace = byName.get(pod.metadata?.namespace ?? "");
    if (namespace === undefined) continue;
    counts.pods += 1;
    const workload = describeWorkloadOf(pod);
    for (const text of warnOfUnknownKeys("pod", pod.metadata?.labels, pod.metadata?.annotations)) {
      misspelt.add(workload, text);
    }
    const verdict = judgeSidecar(pod, { namespace, context, reference });
    if (verdict.state === "current" || verdict.state === "stale") counts.withSidecar += 1;
    if (verdict.state === "stale") stale.add(workload, verdict.because.join(", "));
    if (verdict.state === "missing") missing.add(workload, verdict.reason);
    if (verdict.state === "refused") refused.add(workload, verdict.problems.map(formatProblem).join(", "));
  }
  return {
    ...counts,
    missing: missing.list(),
    refused: refused.list(),
    stale: stale.list(),
    misspelt: misspelt.list(),
  };
}
