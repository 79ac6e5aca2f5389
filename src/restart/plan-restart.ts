/**
 * Which workloads with stale sidecars can be restarted without anybody noticing, and why the others are left alone. Pure.
 */
import type { RolloutProgress, WorkloadObject } from "../workloads/rollout-progress.ts";
import { rolloutProgress } from "../workloads/rollout-progress.ts";
import type { Workload } from "../workloads/workload.ts";

/** The pods with a stale sidecar of one workload. */
export interface StaleWorkload {
  readonly namespace: string;
  readonly workload: Workload;
  readonly pods: number;
  /** What is stale about them, one sentence. */
  readonly because: string;
}

/** A stale workload with its object; undefined where there is none, or it is of a kind that is not restarted. */
export interface FoundWorkload extends StaleWorkload {
  readonly object: WorkloadObject | undefined;
}

export interface UntouchedWorkload {
  readonly stale: StaleWorkload;
  /** Why, and what its owner can do. */
  readonly because: string;
  /** Whether a restart would have been the thing to do: some state of the workload stands in the way now. */
  readonly obstructed: boolean;
}

export interface RestartPlan {
  readonly restart: readonly StaleWorkload[];
  readonly untouched: readonly UntouchedWorkload[];
}

/** Kinds whose controllers replace pods one after another. */
const restartable = ["Deployment", "StatefulSet", "DaemonSet", "Rollout"];

export function isRestartable({ kind }: Pick<Workload, "kind">): boolean {
  return restartable.includes(kind);
}

/** `Deployment shop/web`. */
export function describeStale({ namespace, workload }: StaleWorkload): string {
  return `${workload.kind} ${namespace}/${workload.name}`;
}

/** Why workloads of the other kinds are nobody's to restart but their owner's. */
function whyNotKind(kind: string): string {
  if (kind === "Pod") return "nothing makes it anew; delete and create it yourself";
  if (kind === "Job") return "a restart would run its work again; it is gone when it has finished";
  if (kind === "CronJob") return "its next run gets a new sidecar by itself";
  return `restarting a ${kind} is left to you`;
}

/** Why a restart would be noticed, or would not happen. */
function whyNotObject({ spec }: WorkloadObject): string | undefined {
  if (spec?.paused === true) return "it is paused; resume it first";
  if (spec?.strategy?.type === "Recreate") {
    return "its strategy is Recreate: all pods stop before new ones start; choose the moment yourself (kubectl rollout restart)";
  }
  if (spec?.updateStrategy?.type === "OnDelete") return "its update strategy is OnDelete; delete its pods one by one";
  if ((spec?.updateStrategy?.rollingUpdate?.partition ?? 0) > 0) {
    return "its rolling update has a partition, below which pods would stay as they are";
  }
  return undefined;
}

function whyNotNow(progress: RolloutProgress): string | undefined {
  return progress.state === "done" ? undefined : `it is not up as it is: ${progress.message}`;
}

function judge({ object, ...stale }: FoundWorkload): UntouchedWorkload | undefined {
  if (!isRestartable(stale.workload)) {
    return { stale, because: whyNotKind(stale.workload.kind), obstructed: false };
  }
  if (object === undefined) return { stale, because: "it does not exist any more, its pods do", obstructed: true };
  const because = whyNotObject(object) ?? whyNotNow(rolloutProgress(object));
  return because === undefined ? undefined : { stale, because, obstructed: true };
}

/** Sorts the workloads; the order stays. */
export function planRestart(found: readonly FoundWorkload[]): RestartPlan {
  const judged = found.map((workload) => ({ workload, untouched: judge(workload) }));
  return {
    restart: judged.flatMap(({ workload: { object: _object, ...stale }, untouched }) => (untouched ? [] : [stale])),
    untouched: judged.flatMap(({ untouched }) => untouched ?? []),
  };
}
