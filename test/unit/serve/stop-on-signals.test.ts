import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { stopOnSignals } from "../../../src/serve/stop-on-signals.ts";
import { captureLogger } from "../../captured-logger.ts";

function signalled(outcome: Promise<void>) {
  const process = new EventEmitter();
  const exits: number[] = [];
  let stops = 0;
  const stop = (): Promise<void> => {
    stops += 1;
    return outcome;
  };
  const stopWith = stopOnSignals({ process, stop, exit: (code) => exits.push(code), log: captureLogger().log });
  return { process, exits, stopWith, stops: () => stops };
}

test("the first signal stops in order and exits with 0", async () => {
  for (const signal of ["SIGTERM", "SIGINT"]) {
    const { process, exits, stops } = signalled(Promise.resolve());
    process.emit(signal);
    assert.deepEqual(exits, [], "not before all is stopped");
    await turn();
    assert.equal(stops(), 1);
    assert.deepEqual(exits, [0]);
  }
});

test("the second signal ends at once", async () => {
  const { process, exits, stops } = signalled(new Promise(() => undefined));
  process.emit("SIGTERM");
  await turn();
  assert.deepEqual(exits, []);
  process.emit("SIGTERM");
  assert.deepEqual(exits, [143]);
  assert.equal(stops(), 1);
});

test("a stop that fails exits with 1", async () => {
  const { process, exits } = signalled(Promise.reject(new Error("no")));
  process.emit("SIGTERM");
  await turn();
  assert.deepEqual(exits, [1]);
});

test("a fault stops in the same order and exits with its own code, also when it comes while stopping", async () => {
  const first = signalled(Promise.resolve());
  first.stopWith(1);
  await turn();
  assert.deepEqual(first.exits, [1]);

  const later = signalled(Promise.resolve());
  later.process.emit("SIGTERM");
  later.stopWith(1);
  await turn();
  assert.deepEqual(later.exits, [1]);
  assert.equal(later.stops(), 1);
});

test("a signal during a fault's stop does not cut it short", async () => {
  const { process, exits, stopWith, stops } = signalled(Promise.resolve());
  stopWith(1);
  process.emit("SIGTERM");
  await turn();
  assert.deepEqual(exits, [1]);
  assert.equal(stops(), 1);
});
