/** Long work that lets others have their turn, and the changes that come meanwhile. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createChangePacer } from "../../../../src/control-plane/ads/change-pacer.ts";
import { inSlices, sliceMs } from "../../../../src/control-plane/ads/in-slices.ts";
import type { ResourceChange } from "../../../../src/control-plane/ads/resource-source.ts";
import { typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import { FakeClock } from "../../../fake-clock.ts";

const items = Array.from({ length: 10 }, (_, index) => index);

test("long work is done in slices, in its order, between which others have their turn", async () => {
  const clock = new FakeClock();
  const course: (number | "others")[] = [];
  const work = (item: number): void => {
    course.push(item);
    clock.advance(sliceMs * 0.4);
  };
  const pause = (): Promise<void> => {
    course.push("others");
    return Promise.resolve();
  };
  await inSlices(items, work, { clock, pause });
  assert.deepEqual(course, [0, 1, 2, "others", 3, 4, 5, "others", 6, 7, 8, "others", 9]);
});

test("short work is done within the call", () => {
  const done: number[] = [];
  void inSlices(items, (item) => done.push(item), { clock: new FakeClock() });
  assert.deepEqual(done, items);
});

describe("changes that come while one is passed on", () => {
  const change = (name: string): ResourceChange => ({
    shared: new Map([[typeUrls.endpoints, new Set([name])]]),
    proxies: new Set(),
  });

  test("are passed on together after it, rested as after any push", async () => {
    const clock = new FakeClock();
    const pushes: string[] = [];
    let finish = (): void => undefined;
    const pacer = createChangePacer(
      ({ shared }) => {
        pushes.push([...(shared.get(typeUrls.endpoints) ?? [])].join());
        const { promise, resolve } = Promise.withResolvers<undefined>();
        finish = () => {
          resolve(undefined);
        };
        return promise.then(() => undefined);
      },
      clock,
      { shortestMs: 1, longestMs: 20 },
    );
    pacer.add(change("a"));
    pacer.add(change("b"));
    clock.advance(500);
    pacer.add(change("c"));
    assert.deepEqual(pushes, ["a"]);
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(pushes, ["a"]);
    clock.advance(20);
    assert.deepEqual(pushes, ["a", "b,c"]);
    pacer.add(change("d"));
    pacer.stop();
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
    assert.equal(pushes.length, 2);
  });
});
