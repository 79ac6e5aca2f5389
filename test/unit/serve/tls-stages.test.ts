/** How long pods stay in each stage on the way to another MeshTLS mode. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NamespacedName } from "../../../src/control-plane/model/workload.ts";
import { createTlsStages } from "../../../src/serve/tls-stages.ts";
import { FakeClock } from "../../fake-clock.ts";

test("each pod goes on when its own latest stage has lasted long enough, and none after the end", () => {
  const clock = new FakeClock();
  const proceeded: string[] = [];
  const stages = createTlsStages({
    clock,
    stageMs: 1_000,
    proceed: (pods) => {
      proceeded.push([...pods].join());
    },
  });
  const begin = (...pods: readonly NamespacedName[]): void => {
    stages.begun(new Set(pods));
  };
  begin("shop/a", "shop/b");
  clock.advance(600);
  begin("shop/b");
  clock.advance(399);
  assert.deepEqual(proceeded, []);
  clock.advance(1);
  assert.deepEqual(proceeded, ["shop/a"]);
  clock.advance(600);
  assert.deepEqual(proceeded, ["shop/a", "shop/b"]);
  begin();
  assert.equal(clock.untilNext(), undefined);
  begin("shop/a");
  stages.stop();
  clock.advance(5_000);
  assert.equal(proceeded.length, 2);
});
