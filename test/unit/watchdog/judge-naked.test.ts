/**
 * Counting pods, and choosing which of them goes next.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { injectPod } from "../../../src/injection/inject.ts";
import { EvictionMemory, putOffMs, rememberedMs } from "../../../src/watchdog/eviction-memory.ts";
import type { JudgedPod } from "../../../src/watchdog/judge-naked.ts";
import { judgeNaked, nextEvictions } from "../../../src/watchdog/judge-naked.ts";
import type { StoredPod } from "../../../src/watchdog/naked-pod.ts";
import { countNaked, countUnreadySiblings, takeCensus } from "../../../src/watchdog/pod-census.ts";
import type { PodCensus } from "../../../src/watchdog/pod-census.ts";
import { contextWith, namespaceWith } from "../../injected-pods.ts";
import { bornAt, naked, storedPod } from "./naked-pods.ts";

const context = contextWith();

function injected(pod: StoredPod, version = context.version): StoredPod {
  const outcome = injectPod(pod, namespaceWith(), { ...context, version });
  return outcome.result === "injected" ? outcome.pod : assert.fail(outcome.result);
}

function census(pods: readonly StoredPod[]): Promise<PodCensus> {
  return takeCensus(pods, (name) => (name === "shop" ? namespaceWith() : undefined), context);
}

describe("the census", () => {
  it("tells current, stale and naked pods apart, and passes over unknown namespaces", async () => {
    const counted = await census([
      injected(storedPod("current")),
      injected(storedPod("stale"), "0.0.1"),
      storedPod("naked"),
      storedPod("leaving", { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      storedPod("elsewhere", { namespace: "new" }),
    ]);
    assert.deepEqual([...counted.stale], [["shop", 1]]);
    assert.deepEqual(
      counted.naked.map(({ name }) => name),
      ["naked"],
    );
    assert.deepEqual([...countNaked(counted)], [["shop", 1]]);
  });

  it("counts siblings that are not ready or on their way out, and not the pod itself", async () => {
    const counted = await census([
      storedPod("one", { ready: false }),
      storedPod("two"),
      storedPod("three", { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      storedPod("other", { controller: "other" }),
    ]);
    const siblings = counted.naked.map((pod) => [pod.name, countUnreadySiblings(counted, pod)]);
    assert.deepEqual(siblings, [
      ["one", 1],
      ["two", 2],
      ["other", 0],
    ]);
  });
});

describe("judging", () => {
  it("looks at the namespace, the siblings and what was evicted before", async () => {
    const memory = new EvictionMemory();
    for (const controller of ["vain", "well"]) memory.evicted(controller, bornAt + 999);
    const judged = judgeNaked({
      census: await census([
        storedPod("fine"),
        storedPod("in its place", { controller: "vain", bornAt }),
        storedPod("its sibling", { controller: "vain", bornAt: bornAt - 60_000 }),
        storedPod("older", { controller: "well", bornAt: bornAt - 60_000 }),
      ]),
      namespaces: new Map([["shop", { optedOut: false, labelledSince: 0 }]]),
      memory,
      minimumAgeMs: 1_000,
      now: bornAt + 2_000,
    });
    assert.deepEqual(
      judged.map(({ pod, leftAlone }) => [pod.name, leftAlone]),
      [
        ["fine", undefined],
        ["in its place", "came-naked-again"],
        ["its sibling", "came-naked-again"],
        ["older", undefined],
      ],
    );
  });

  it("chooses one pod of each controller, oldest first, of those that nothing protects", () => {
    const of = (name: string, createdAt: number, controller: string): JudgedPod["pod"] => {
      const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: controller, uid: controller, controller: true };
      return naked({ name, uid: name, createdAt, controller: owner });
    };
    const memory = new EvictionMemory();
    memory.putOff("budget", 10);
    const judged: readonly JudgedPod[] = [
      { pod: of("c", 3, "one"), leftAlone: undefined },
      { pod: of("a", 1, "one"), leftAlone: undefined },
      { pod: of("b", 2, "two"), leftAlone: undefined },
      { pod: of("protected", 0, "three"), leftAlone: "opted-out" },
      { pod: of("put-off", 0, "budget"), leftAlone: undefined },
    ];
    const names = (now: number): readonly string[] => nextEvictions(judged, memory, now).map(({ name }) => name);
    assert.deepEqual(names(10), ["a", "b"]);
    assert.deepEqual(names(10 + putOffMs), ["put-off", "a", "b"]);
  });
});

describe("the memory of evictions", () => {
  it("forgets a controller after a while", () => {
    const memory = new EvictionMemory();
    memory.evicted("a", 1);
    memory.evicted("a", 2);
    assert.equal(memory.evictedAt("a", rememberedMs), 1, "the first one counts");
    assert.equal(memory.evictedAt("a", 1 + rememberedMs), undefined);
    assert.equal(memory.evictedAt("b", 1), undefined);
  });

  it("spreads evictions evenly", () => {
    const memory = new EvictionMemory();
    assert.equal(memory.waitMs(2, 0), 0);
    memory.evicted("a", 1_000);
    assert.equal(memory.waitMs(2, 1_000), 30_000);
    assert.equal(memory.waitMs(2, 30_999), 1);
    assert.equal(memory.waitMs(2, 31_000), 0);
    assert.equal(memory.waitMs(12, 1_000), 5_000);
  });
});
