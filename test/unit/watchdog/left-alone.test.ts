/**
 * Which pods without their sidecar may be evicted, and what protects the others.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LeftAloneReason, Surroundings } from "../../../src/watchdog/left-alone.ts";
import { leftAloneReasons, whyLeftAlone } from "../../../src/watchdog/left-alone.ts";
import type { NakedPod } from "../../../src/watchdog/naked-pod.ts";
import { bornAt, naked } from "./naked-pods.ts";

const calm: Surroundings = {
  now: bornAt + 600_000,
  minimumAgeMs: 300_000,
  namespace: { optedOut: false, labelledSince: bornAt - 1_000 },
  unreadySiblings: 0,
  evictedInVain: false,
};

function controlledBy(apiVersion: string, kind: string): Partial<NakedPod> {
  return { controller: { apiVersion, kind, name: "x", uid: "x", controller: true } };
}

type Case = readonly [what: string, LeftAloneReason | undefined, Partial<NakedPod>, Partial<Surroundings>?];

const cases: readonly Case[] = [
  ["one of a ReplicaSet", undefined, {}],
  ["one of a StatefulSet", undefined, controlledBy("apps/v1", "StatefulSet")],
  ["one of a DaemonSet", undefined, controlledBy("apps/v1", "DaemonSet")],
  ["one of a ReplicationController", undefined, controlledBy("v1", "ReplicationController")],
  ["one made in the second in which its namespace was labelled", undefined, {}, { namespace: labelled(bornAt) }],
  ["one that asks for its sidecar itself", undefined, { reason: "pod-opt-in" }, { namespace: labelled(undefined) }],
  ["one just old enough", undefined, { createdAt: calm.now - calm.minimumAgeMs }],
  ["one that opts out", "opted-out", { optedOut: true }],
  ["one of a namespace that opts out", "opted-out", {}, { namespace: { optedOut: true, labelledSince: 0 } }],
  ["one that is not to be evicted by anybody", "unsafe-to-evict", { safeToEvict: false }],
  ["a bare pod", "no-controller", { controller: undefined }],
  ["one of a Job", "ends-by-itself", controlledBy("batch/v1", "Job")],
  ["one that is not started again", "ends-by-itself", { runsForever: false }],
  ["one of a controller of somebody else's", "foreign-controller", controlledBy("kubevirt.io/v1", "ReplicaSet")],
  ["one of a workflow", "foreign-controller", controlledBy("argoproj.io/v1alpha1", "Workflow")],
  ["one a moment too young", "too-young", { createdAt: calm.now - calm.minimumAgeMs + 1 }],
  ["one whose birth cannot be read", "too-young", { createdAt: Number.NaN }],
  ["one older than its namespace's label", "before-its-label", {}, { namespace: labelled(bornAt + 1_000) }],
  ["one whose namespace's label has no time", "before-its-label", {}, { namespace: labelled(undefined) }],
  ["one whose namespace is gone", "before-its-label", {}, { namespace: undefined }],
  ["one that a selector asks for", "before-its-label", { reason: "always-selector" }],
  ["one that the default policy asks for", "before-its-label", { reason: "default-policy" }],
  ["one of a controller whose pods come back as they were", "came-naked-again", {}, { evictedInVain: true }],
  ["one whose sibling is not ready", "siblings-not-ready", {}, { unreadySiblings: 1 }],
];

function labelled(labelledSince: number | undefined): Surroundings["namespace"] {
  return { optedOut: false, labelledSince };
}

describe("a pod without its sidecar", () => {
  for (const [what, reason, pod, surroundings] of cases) {
    it(`${what} is ${reason === undefined ? "evicted" : `left alone: ${reason}`}`, () => {
      assert.equal(whyLeftAlone(naked(pod), { ...calm, ...surroundings }), reason);
    });
  }

  it("has a case for each reason", () => {
    const met = new Set(cases.map(([, reason]) => reason).filter((reason) => reason !== undefined));
    assert.deepEqual([...met].sort(), Object.keys(leftAloneReasons).sort());
  });
});
