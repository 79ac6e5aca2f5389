import assert from "node:assert/strict";
import { test } from "node:test";
import { podNamed, post, reviewOf, testWebhook } from "./webhook-fixture.ts";

test("one line per admission, with a constant message and the facts in fields", async () => {
  const { app, lines } = testWebhook();
  const body = JSON.stringify(reviewOf(podNamed("web")));
  await post(app, body);
  assert.equal(lines.length, 1);
  const { ms, level, time, ...line } = lines[0] ?? assert.fail("nothing was logged");
  const { pid, hostname, ...fields } = line;
  assert.deepEqual(fields, {
    msg: "admission",
    uid: "uid-1",
    namespace: "shop",
    pod: "web",
    owner: "ReplicaSet/web-5d9c",
    decision: "injected",
    reason: "namespace-enabled",
    operations: 1,
    bytes: body.length,
    dryRun: false,
    entry: "namespace",
  });
  assert.equal(level, 30);
  assert.ok(typeof ms === "number" && ms > 0 && ms < 1_000);
  assert.ok([time, pid, hostname].every((value) => value !== undefined));
});

test("a pod without a name is logged by its generateName", async () => {
  const { app, lines } = testWebhook();
  await post(app, reviewOf({ kind: "Pod", metadata: { generateName: "web-" }, spec: {} }, { dryRun: true }));
  const line = lines[0] ?? assert.fail("nothing was logged");
  assert.equal(line["generateName"], "web-");
  assert.equal("pod" in line, false);
  assert.equal(line["dryRun"], true);
});

test("nothing of what a pod holds is logged", async () => {
  const { app, lines } = testWebhook();
  const secret = "s3cr3t";
  const spec = { containers: [{ name: "app", env: [{ name: "PASSWORD", value: secret }], args: [secret] }] };
  for (const name of ["web", "skipped", "broken", "rejected"]) {
    await post(app, reviewOf({ kind: "Pod", metadata: { name, annotations: { password: secret } }, spec }));
  }
  await post(app, JSON.stringify(reviewOf({ spec })).slice(0, -5));
  assert.equal(lines.length, 5);
  assert.equal(JSON.stringify(lines).includes(secret), false);
});

test("names of a megabyte, which nothing has checked yet, do not fill the log", async () => {
  const { app, lines } = testWebhook();
  const long = "x".repeat(1_000_000);
  const metadata = {
    name: long,
    generateName: long,
    ownerReferences: [{ apiVersion: long, kind: long, name: long, uid: long, controller: true }],
  };
  await post(app, reviewOf({ kind: "Pod", metadata, spec: {} }, { uid: long, namespace: long }));
  assert.ok(JSON.stringify(lines).length < 3_000);
});
