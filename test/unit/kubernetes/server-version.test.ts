import assert from "node:assert/strict";
import { it } from "node:test";
import {
  createServerVersionStore,
  parseServerVersion,
  runsNativeSidecars,
} from "../../../src/kubernetes/server-version.ts";
import type { ServerVersion } from "../../../src/kubernetes/server-version.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { FakeClock } from "../../fake-clock.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";

it("reads versions as vendors write them", () => {
  assert.deepEqual(parseServerVersion({ major: "1", minor: "29+" }), { major: 1, minor: 29 });
  assert.throws(() => parseServerVersion({ major: "1" }));
});

it("knows since when there are native sidecars", () => {
  const answers = [28, 29, 34].map((minor) => runsNativeSidecars({ major: 1, minor }));
  assert.deepEqual(answers, [false, true, true]);
  assert.equal(runsNativeSidecars({ major: 2, minor: 0 }), true);
});

it("reads the version at the start, on request, and within the hour", async (t) => {
  const server = new FakeKubernetes();
  t.after(() => server.stop());
  server.version = { major: "1", minor: "28" };
  await server.start();
  const clock = new FakeClock();
  const changes: ServerVersion[] = [];
  let failing = true;
  server.fault = () => (failing ? 503 : undefined);
  const store = createServerVersionStore({
    api: server.client(),
    clock,
    random: () => 0.5,
    log: captureLogger().log,
    onChange: (version) => changes.push(version),
  });
  const started = store.start();
  await eventually("the first attempt has failed", () => clock.untilNext() !== undefined);
  assert.equal(store.current(), undefined);
  failing = false;
  clock.advance(1_000);
  await started;
  assert.deepEqual(store.current(), { major: 1, minor: 28 });
  server.version = { major: "1", minor: "30" };
  store.refresh();
  await eventually("the upgrade is seen", () => store.current()?.minor === 30);
  server.version = { major: "1", minor: "31" };
  await eventually("it waits", () => clock.untilNext() !== undefined);
  clock.advance(3_600_000);
  await eventually("the second upgrade is seen", () => store.current()?.minor === 31);
  assert.deepEqual(
    changes.map(({ minor }) => minor),
    [28, 30, 31],
  );
  store.stop();
});
