import assert from "node:assert/strict";
import { test } from "node:test";
import type { LivePod } from "../../../src/workloads/why-not-ready.ts";
import { whyNotReady } from "../../../src/workloads/why-not-ready.ts";

type Status = NonNullable<LivePod["status"]>;

const cases: readonly (readonly [what: string, status: Status, expected: readonly string[], spec?: LivePod["spec"]])[] =
  [
    ["a pod that is ready", { conditions: [{ type: "Ready", status: "True" }] }, []],
    ["a pod that has ended", { phase: "Succeeded" }, []],
    [
      "an image that cannot be pulled",
      {
        containerStatuses: [{ name: "app", state: { waiting: { reason: "ImagePullBackOff", message: "not found" } } }],
      },
      ["pod p: container app waits: ImagePullBackOff: not found"],
    ],
    [
      "an init container before the others",
      {
        initContainerStatuses: [{ name: "init", state: { terminated: { exitCode: 1, reason: "Error" } } }],
        containerStatuses: [{ name: "app", state: { waiting: { reason: "PodInitializing" } } }],
      },
      ["pod p: container init ended with exit code 1: Error"],
    ],
    [
      "a container that crashes, with how",
      {
        containerStatuses: [
          {
            name: "app",
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 137 } },
          },
        ],
      },
      ["pod p: container app waits: CrashLoopBackOff: its last run ended with exit code 137"],
    ],
    [
      "a pod that no node takes",
      { conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }] },
      ["pod p: no node takes it: 0/1 nodes are available"],
    ],
    [
      "a pod that no scheduler has looked at",
      { phase: "Pending" },
      ["pod p: no node has been chosen for it yet"],
      { containers: [] },
    ],
    ["a pod whose probe fails", { phase: "Running" }, ["pod p: it runs and its readiness probe fails"]],
    ["a pod that has just begun", { phase: "Pending" }, ["pod p: it is still starting"]],
  ];

for (const [what, status, expected, spec = { containers: [], nodeName: "n" }] of cases) {
  test(what, () => {
    assert.deepEqual(whyNotReady([{ metadata: { name: "p" }, spec, status }]), expected);
  });
}
