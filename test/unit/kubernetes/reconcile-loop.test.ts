import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { backoffDelay } from "../../../src/kubernetes/backoff.ts";
import { createReconcileLoop } from "../../../src/kubernetes/reconcile-loop.ts";
import { FakeClock } from "../../fake-clock.ts";

interface Gate {
  readonly finish: (delayMs: number) => void;
  readonly fail: (error: Error) => void;
}

/** A loop whose runs end when the test says so. */
function gatedLoop() {
  const clock = new FakeClock();
  const runs: Gate[] = [];
  const failures: unknown[] = [];
  const loop = createReconcileLoop({
    run: () => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      runs.push({ finish: resolve, fail: reject });
      return promise;
    },
    clock,
    random: () => 0.999,
    onFailure: (error) => failures.push(error),
  });
  return { clock, runs, failures, loop };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("reconcile loop", () => {
  it("runs once for many rings during a run", async () => {
    const { loop, runs } = gatedLoop();
    loop.ring();
    assert.equal(runs.length, 1);
    loop.ring();
    loop.ring();
    assert.equal(runs.length, 1);
    runs[0]?.finish(1_000);
    await turn();
    assert.equal(runs.length, 2);
    runs[1]?.finish(1_000);
    await loop.idle();
    assert.equal(runs.length, 2);
    loop.stop();
  });

  it("runs again after the delay it asked for, or at a ring before", async () => {
    const { loop, runs, clock } = gatedLoop();
    loop.ring();
    runs[0]?.finish(1_000);
    await turn();
    clock.advance(999);
    assert.equal(runs.length, 1);
    clock.advance(1);
    assert.equal(runs.length, 2);
    runs[1]?.finish(1_000);
    await turn();
    loop.ring();
    assert.equal(runs.length, 3);
    runs[2]?.finish(1_000);
    await turn();
    assert.equal(clock.untilNext(), 1_000, "one timer, not two");
    loop.stop();
  });

  it("backs off from failures and forgets them after a success", async () => {
    const { loop, runs, clock, failures } = gatedLoop();
    loop.ring();
    const delays: number[] = [];
    for (let run = 0; run < 8; run += 1) {
      runs[run]?.fail(new Error(String(run)));
      await turn();
      delays.push(Math.round((clock.untilNext() ?? 0) / 100) * 100);
      clock.advance(30_000);
    }
    assert.deepEqual(delays, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    assert.equal(failures.length, 8);
    runs[8]?.finish(0);
    await turn();
    clock.advance(0);
    runs[9]?.fail(new Error("again"));
    await turn();
    assert.ok((clock.untilNext() ?? 0) <= 500);
    loop.stop();
  });

  it("does nothing after stop", async () => {
    const { loop, runs, clock, failures } = gatedLoop();
    loop.ring();
    loop.stop();
    runs[0]?.fail(new Error("stopped"));
    await turn();
    loop.ring();
    clock.advance(1_000_000);
    assert.equal(runs.length, 1);
    assert.deepEqual(failures, []);
  });
});

it("back-off stays within half and the whole of its step", () => {
  const limits = { firstMs: 100, longestMs: 1_000 };
  assert.equal(backoffDelay(0, limits, 0), 50);
  assert.equal(backoffDelay(2, limits, 0), 200);
  assert.equal(backoffDelay(1_000, limits, 0), 500);
});
