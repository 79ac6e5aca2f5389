import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoundWorkload } from "../../../src/restart/plan-restart.ts";
import { describeStale, planRestart } from "../../../src/restart/plan-restart.ts";
import type { WorkloadObject } from "../../../src/workloads/rollout-progress.ts";

const up = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };

function found(kind: string, object?: Omit<WorkloadObject, "kind">): FoundWorkload {
  const workload = { apiVersion: "apps/v1", kind, name: "web" };
  const stale = { namespace: "shop", workload, pods: 2, because: "made by version 1" };
  return { ...stale, object: object === undefined ? undefined : { status: up, ...object, kind } };
}

/** What stands in the way; undefined: it is restarted. */
const cases: readonly (readonly [string, FoundWorkload, RegExp | undefined, boolean])[] = [
  ["a Deployment that is up", found("Deployment", {}), undefined, false],
  ["a StatefulSet that is up", found("StatefulSet", {}), undefined, false],
  ["a DaemonSet that is up", found("DaemonSet", {}), undefined, false],
  ["a Rollout that is up", found("Rollout", { status: { phase: "Healthy" } }), undefined, false],
  ["a bare pod", found("Pod"), /nothing makes it anew/, false],
  ["a Job", found("Job"), /run its work again/, false],
  ["a CronJob", found("CronJob"), /next run/, false],
  ["a ReplicaSet of nobody", found("ReplicaSet"), /left to you/, false],
  ["a Deployment that is gone", found("Deployment"), /does not exist any more/, true],
  ["a paused Deployment", found("Deployment", { spec: { paused: true } }), /paused/, true],
  ["strategy Recreate", found("Deployment", { spec: { strategy: { type: "Recreate" } } }), /Recreate/, true],
  ["strategy OnDelete", found("DaemonSet", { spec: { updateStrategy: { type: "OnDelete" } } }), /OnDelete/, true],
  [
    "a partition",
    found("StatefulSet", { spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } }),
    /partition/,
    true,
  ],
  ["a Deployment that is not up", found("Deployment", { status: {} }), /not up as it is: 0 of 1/, true],
];

for (const [what, workload, because, obstructed] of cases) {
  test(`${what} is ${because === undefined ? "restarted" : "left alone"}`, () => {
    const plan = planRestart([workload]);
    assert.deepEqual(
      plan.restart.map(describeStale),
      because === undefined ? [`${workload.workload.kind} shop/web`] : [],
    );
    if (because === undefined) return;
    assert.match(plan.untouched[0]?.because ?? "", because);
    assert.equal(plan.untouched[0]?.obstructed, obstructed);
  });
}
