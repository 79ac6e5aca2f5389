import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createChangePacer } from "../../../../src/control-plane/ads/change-pacer.ts";
import type { ResourceChange } from "../../../../src/control-plane/ads/resource-source.ts";
import { typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import { FakeClock } from "../../../fake-clock.ts";

const start = 1_000;

function change(...names: readonly string[]): ResourceChange {
  return { shared: new Map([[typeUrls.endpoints, new Set(names)]]), proxies: new Set() };
}

interface Push {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly since: number;
  readonly names: readonly string[];
}

/** @param takesMs how long a push takes */
function paced(takesMs = 0): {
  readonly clock: FakeClock;
  readonly pushes: Push[];
  readonly pacer: ReturnType<typeof createChangePacer>;
} {
  const clock = new FakeClock(start);
  const pushes: Push[] = [];
  const pacer = createChangePacer(
    ({ shared }, since) => {
      const names = [...(shared.get(typeUrls.endpoints) ?? [])];
      pushes.push({ at: clock.now() - start, since: since - start, names });
      clock.advance(takesMs);
    },
    clock,
    { shortestMs: 1, longestMs: 20 },
  );
  return { clock, pushes, pacer };
}

describe("changes", () => {
  test("a lone one is passed on at once", () => {
    const { pushes, pacer } = paced();
    pacer.add(change("a"));
    assert.deepEqual(pushes, [{ at: 0, since: 0, names: ["a"] }]);
  });

  test("those that come at once come together", () => {
    const { clock, pushes, pacer } = paced();
    pacer.add(change("a"));
    pacer.add(change("b"));
    pacer.add(change("c", "b"));
    assert.equal(pushes.length, 1);
    clock.advance(1);
    assert.deepEqual(pushes[1], { at: 1, since: 0, names: ["b", "c"] });
    clock.advance(100);
    assert.equal(pushes.length, 2);
  });

  test("those that come one after another do not wait while a push takes no time", () => {
    const { clock, pushes, pacer } = paced();
    for (let at = 0; at < 10; at += 1) {
      pacer.add(change(String(at)));
      clock.advance(2);
    }
    assert.equal(pushes.length, 10);
    assert.ok(pushes.every(({ at, since }) => at === since));
  });

  test("after a push that took its time, they are collected for as long", () => {
    const { clock, pushes, pacer } = paced(8);
    pacer.add(change("a"));
    clock.advance(2);
    pacer.add(change("b"));
    clock.advance(3);
    pacer.add(change("c"));
    clock.advance(2);
    assert.equal(pushes.length, 1);
    clock.advance(1);
    assert.deepEqual(pushes[1], { at: 16, since: 10, names: ["b", "c"] });
  });

  test("none waits longer than the bound, however long a push takes", () => {
    const { clock, pushes, pacer } = paced(300);
    pacer.add(change("a"));
    pacer.add(change("b"));
    clock.advance(20);
    assert.deepEqual(pushes[1], { at: 320, since: 300, names: ["b"] });
  });

  test("what is left when it stops is dropped", () => {
    const { clock, pushes, pacer } = paced();
    pacer.add(change("a"));
    pacer.add(change("b"));
    pacer.stop();
    clock.advance(100);
    assert.equal(pushes.length, 1);
  });
});
