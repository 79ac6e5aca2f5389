import assert from "node:assert/strict";
import { test } from "node:test";
import type { RolloutProgress, WorkloadObject } from "../../../src/workloads/rollout-progress.ts";
import { rolloutProgress } from "../../../src/workloads/rollout-progress.ts";

const done: RolloutProgress = { state: "done" };
const progressing = (message: string): RolloutProgress => ({ state: "progressing", message });
const failed = (message: string): RolloutProgress => ({ state: "failed", message });

const late = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "too late" };
const refused = { type: "ReplicaFailure", status: "True", message: "exceeded quota" };

const cases: readonly (readonly [string, WorkloadObject, RolloutProgress])[] = [
  [
    "a Deployment that is up",
    { kind: "Deployment", spec: { replicas: 2 }, status: { replicas: 2, updatedReplicas: 2, availableReplicas: 2 } },
    done,
  ],
  ["a Deployment without replicas", { kind: "Deployment", spec: { replicas: 0 }, status: {} }, done],
  [
    "a Deployment that its controller has not seen",
    { kind: "Deployment", metadata: { generation: 2 }, status: { observedGeneration: 1 } },
    progressing("its controller has not seen the change yet"),
  ],
  [
    "new replicas that are not made yet",
    { kind: "Deployment", spec: { replicas: 3 }, status: { replicas: 4, updatedReplicas: 1, availableReplicas: 3 } },
    progressing("1 of 3 new replicas made"),
  ],
  [
    "replicas that cannot be made, and why",
    { kind: "Deployment", status: { conditions: [refused] } },
    progressing("0 of 1 new replicas made (exceeded quota)"),
  ],
  [
    "old replicas that are still there",
    { kind: "Deployment", spec: { replicas: 2 }, status: { replicas: 3, updatedReplicas: 2, availableReplicas: 3 } },
    progressing("1 old replicas are still there"),
  ],
  [
    "new replicas that are not available",
    { kind: "Deployment", spec: { replicas: 2 }, status: { replicas: 2, updatedReplicas: 2, availableReplicas: 1 } },
    progressing("1 of 2 new replicas available"),
  ],
  ["a deadline that has passed", { kind: "Deployment", status: { conditions: [late] } }, failed("too late")],
  [
    "a deadline that has passed, and what was refused",
    { kind: "Deployment", status: { conditions: [late, refused] } },
    failed("exceeded quota"),
  ],
  [
    "a StatefulSet that is up",
    {
      kind: "StatefulSet",
      spec: { replicas: 2 },
      status: { readyReplicas: 2, updatedReplicas: 2, currentRevision: "b", updateRevision: "b" },
    },
    done,
  ],
  [
    "a StatefulSet half way",
    {
      kind: "StatefulSet",
      spec: { replicas: 2 },
      status: { readyReplicas: 2, updatedReplicas: 1, currentRevision: "a", updateRevision: "b" },
    },
    progressing("1 of 2 replicas are new"),
  ],
  [
    "a StatefulSet whose pod is not ready",
    { kind: "StatefulSet", spec: { replicas: 2 }, status: { readyReplicas: 1 } },
    progressing("1 of 2 replicas ready"),
  ],
  [
    "a DaemonSet that is up",
    {
      kind: "DaemonSet",
      status: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
    },
    done,
  ],
  [
    "a DaemonSet half way",
    { kind: "DaemonSet", status: { desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3 } },
    progressing("1 of 3 pods are new"),
  ],
  [
    "a DaemonSet that is not available everywhere",
    { kind: "DaemonSet", status: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 } },
    progressing("2 of 3 new pods available"),
  ],
  ["a Rollout that is up", { kind: "Rollout", status: { phase: "Healthy", observedGeneration: "5d9c" } }, done],
  [
    "a Rollout whose restart has begun",
    { kind: "Rollout", spec: { restartAt: "2" }, status: { phase: "Healthy", restartedAt: "1" } },
    progressing("pods are being restarted"),
  ],
  [
    "a Rollout whose restart is done",
    { kind: "Rollout", spec: { restartAt: "2" }, status: { phase: "Healthy", restartedAt: "2" } },
    done,
  ],
  [
    "a Rollout that is degraded",
    { kind: "Rollout", status: { phase: "Degraded", message: "no image" } },
    failed("no image"),
  ],
];

for (const [what, workload, expected] of cases) {
  test(what, () => {
    assert.deepEqual(rolloutProgress(workload), expected);
  });
}
