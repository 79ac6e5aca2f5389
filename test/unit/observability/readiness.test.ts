import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { createReadiness } from "../../../src/observability/readiness.ts";
import type { ReadinessCondition } from "../../../src/observability/readiness.ts";
import { buildStatusApp } from "../../../src/observability/status-app.ts";

function statusApp(conditions: readonly ReadinessCondition[]) {
  const readiness = createReadiness(conditions);
  return { readiness, app: buildStatusApp({ registry: new Registry(), readiness }) };
}

test("ready when every condition holds", async () => {
  const { app } = statusApp([
    { name: "certificate", unmet: () => undefined },
    { name: "namespaces", unmet: () => undefined },
  ]);
  const answer = await app.inject("/readyz");
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.body, "[+]running ok\n[+]certificate ok\n[+]namespaces ok\nready\n");
});

test("each failing condition is named with its reason", async () => {
  const { app } = statusApp([
    { name: "certificate", unmet: () => "it expired an hour ago" },
    { name: "namespaces", unmet: () => undefined },
    {
      name: "config",
      unmet: () => {
        throw new Error("no such file");
      },
    },
  ]);
  const answer = await app.inject("/readyz");
  assert.equal(answer.statusCode, 503);
  assert.match(answer.body, /^\[-\]certificate: it expired an hour ago$/m);
  assert.match(answer.body, /^\[\+\]namespaces ok$/m);
  assert.match(answer.body, /^\[-\]config: the check itself failed: no such file$/m);
  assert.match(answer.body, /^not ready$/m);
});

test("a condition is asked anew each time", async () => {
  let unmet: string | undefined = "not yet";
  const { app } = statusApp([{ name: "certificate", unmet: () => unmet }]);
  assert.equal((await app.inject("/readyz")).statusCode, 503);
  unmet = undefined;
  assert.equal((await app.inject("/readyz")).statusCode, 200);
});

test("not ready from the moment of stopping, but still healthy", async () => {
  const { app, readiness } = statusApp([]);
  assert.equal((await app.inject("/readyz")).statusCode, 200);
  readiness.stop();
  const answer = await app.inject("/readyz");
  assert.equal(answer.statusCode, 503);
  assert.match(answer.body, /^\[-\]running: the process is stopping$/m);
  assert.equal((await app.inject("/healthz")).statusCode, 200);
});

test("metrics are served in Prometheus' own text format", async () => {
  const { app } = statusApp([]);
  const answer = await app.inject("/metrics");
  assert.equal(answer.statusCode, 200);
  assert.match(String(answer.headers["content-type"]), /^text\/plain; version=0\.0\.4/);
});

test("a condition that is only told makes nobody unready", async () => {
  const { app } = statusApp([{ name: "round-trip", unmet: () => "no pod has been tried yet", informational: true }]);
  const answer = await app.inject("/readyz");
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.body, "[+]running ok\n[ ]round-trip: no pod has been tried yet (only told)\nready\n");
});
