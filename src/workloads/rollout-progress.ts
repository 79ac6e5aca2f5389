/**
 * How far a workload's rollout is, told from its status alone. Pure.
 *
 * Source: kubectl's `rollout status` (k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go); for Argo Rollouts, the
 * fields of its API reference.
 */
import type { KubernetesObject } from "../kubernetes/api.ts";

export type RolloutProgress =
  | { readonly state: "done" }
  | { readonly state: "progressing"; readonly message: string }
  | { readonly state: "failed"; readonly message: string };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The fields of all the kinds; each has some of them. */
export interface WorkloadObject extends KubernetesObject {
  readonly kind?: string;
  readonly metadata?: KubernetesObject["metadata"] & { readonly generation?: number };
  readonly spec?: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly restartAt?: string;
    readonly strategy?: { readonly type?: string };
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly partition?: number };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number | string;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly restartedAt?: string;
    readonly phase?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
  };
}

type Status = NonNullable<WorkloadObject["status"]>;

const done: RolloutProgress = { state: "done" };

function progressing(message: string): RolloutProgress {
  return { state: "progressing", message };
}

function failed(message: string): RolloutProgress {
  return { state: "failed", message };
}

function wanted({ spec }: WorkloadObject): number {
  return spec?.replicas ?? 1;
}

function findCondition({ conditions = [] }: Status, type: string, status: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type && condition.status === status);
}

function deploymentProgress(workload: WorkloadObject, status: Status): RolloutProgress {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const late = findCondition(status, "Progressing", "False");
  const refused = findCondition(status, "ReplicaFailure", "True");
  if (late?.reason === "ProgressDeadlineExceeded") {
    return failed(refused?.message ?? late.message ?? "it exceeded its progress deadline");
  }
  const all = wanted(workload);
  const why = refused?.message === undefined ? "" : ` (${refused.message})`;
  if (updatedReplicas < all) return progressing(`${updatedReplicas} of ${all} new replicas made${why}`);
  if (replicas > updatedReplicas) return progressing(`${replicas - updatedReplicas} old replicas are still there`);
  if (availableReplicas < updatedReplicas) return progressing(`${availableReplicas} of ${all} new replicas available`);
  return done;
}

function statefulSetProgress(workload: WorkloadObject, status: Status): RolloutProgress {
  const { updatedReplicas = 0, readyReplicas = 0, currentRevision, updateRevision } = status;
  const all = wanted(workload);
  if (readyReplicas < all) return progressing(`${readyReplicas} of ${all} replicas ready`);
  const rolled = currentRevision === updateRevision || updatedReplicas >= all;
  return rolled ? done : progressing(`${updatedReplicas} of ${all} replicas are new`);
}

function daemonSetProgress({ desiredNumberScheduled: all = 0, ...status }: Status): RolloutProgress {
  const { updatedNumberScheduled: updated = 0, numberAvailable: available = 0 } = status;
  if (updated < all) return progressing(`${updated} of ${all} pods are new`);
  return available < all ? progressing(`${available} of ${all} new pods available`) : done;
}

/** Argo's own controller says what it makes of it; a restart is done when it has taken note of the time asked for. */
function rolloutObjectProgress({ spec }: WorkloadObject, status: Status): RolloutProgress {
  const { phase = "", message = "", restartedAt } = status;
  if (phase === "Degraded") return failed(message === "" ? "the Rollout is degraded" : message);
  if (spec?.restartAt !== undefined && spec.restartAt !== restartedAt) return progressing("pods are being restarted");
  return phase === "Healthy" ? done : progressing(message === "" ? `the Rollout is ${phase}` : message);
}

/** How far it is: `done` where every replica is of the newest template and available. */
export function rolloutProgress(workload: WorkloadObject): RolloutProgress {
  const { status = {}, metadata } = workload;
  // Argo writes it as text, and not always as a number.
  const observed = Number(status.observedGeneration ?? 0);
  if (observed < (metadata?.generation ?? 0)) return progressing("its controller has not seen the change yet");
  switch (workload.kind) {
    case "StatefulSet":
      return statefulSetProgress(workload, status);
    case "DaemonSet":
      return daemonSetProgress(status);
    case "Rollout":
      return rolloutObjectProgress(workload, status);
    case undefined:
    default:
      return deploymentProgress(workload, status);
  }
}
