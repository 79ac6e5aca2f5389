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

function paced(): {
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
    },
    clock,
    { quietMs: 5, longestMs: 20 },
  );
  return { clock, pushes, pacer };
}

describe("changes", () => {
  test("a lone one is passed on at once", () => {
    const { pushes, pacer } = paced();
    pacer.add(change("a"));
    assert.deepEqual(pushes, [{ at: 0, since: 0, names: ["a"] }]);
  });

  test("those on its heels come together, as soon as it is quiet", () => {
    const { clock, pushes, pacer } = paced();
    pacer.add(change("a"));
    clock.advance(1);
    pacer.add(change("b"));
    clock.advance(3);
    pacer.add(change("c", "b"));
    clock.advance(4);
    assert.equal(pushes.length, 1);
    clock.advance(1);
    assert.deepEqual(pushes[1], { at: 9, since: 1, names: ["b", "c"] });
    clock.advance(100);
    assert.equal(pushes.length, 2);
  });

  test("without any quiet, none waits longer than the bound", () => {
    const { clock, pushes, pacer } = paced();
    for (let at = 0; at < 100; at += 1) {
      pacer.add(change(String(at)));
      clock.advance(1);
    }
    clock.advance(50);
    assert.equal(pushes.flatMap(({ names }) => names).length, 100);
    assert.ok(pushes.every(({ at, since }) => at - since <= 20));
    assert.ok(pushes.length <= 7);
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
