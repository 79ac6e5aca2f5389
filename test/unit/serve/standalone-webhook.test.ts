import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { eventually } from "../../eventually.ts";
import { createPod, startStandalone } from "./standalone-process.ts";

const root = join(import.meta.dirname, "../../..");

async function folderOf(context: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "outrigger-standalone-"));
  context.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** Runs a command line that must fail at the start; resolves to what it says. */
async function failing(args: readonly string[]): Promise<string> {
  const run = promisify(execFile)(process.execPath, ["src/main.ts", "serve", "webhook", "--standalone", ...args], {
    cwd: root,
    timeout: 20_000,
  });
  const error = await run.then(
    () => assert.fail("it started"),
    (reason: unknown) => reason as { readonly stderr: string; readonly code: number },
  );
  return `${error.code} ${error.stderr}`;
}

test("every namespace is enabled without a file, answers are over TLS, and SIGTERM ends it in order", async (context) => {
  const webhook = await startStandalone(context, []);
  const { allowed, auditAnnotations } = await createPod(webhook, "anywhere");
  assert.equal(allowed, true);
  assert.equal(auditAnnotations["reason"], "namespace-enabled");
  assert.equal(await webhook.end("SIGTERM"), 0);
  assert.match(webhook.log(), /"msg":"admission"/);
  assert.match(webhook.log(), /"msg":"webhook stopped"/);
});

test("Namespace objects say otherwise, by label and by annotation", async (context) => {
  const folder = await folderOf(context, {
    "ns.yaml": [
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: closed, labels: {outrigger.dev/injection: disabled}}\n",
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: quiet}\n",
    ].join("---\n"),
  });
  const webhook = await startStandalone(context, ["--namespaces", join(folder, "ns.yaml")]);
  assert.equal((await createPod(webhook, "closed")).auditAnnotations["reason"], "namespace-disabled");
  assert.equal((await createPod(webhook, "quiet")).auditAnnotations["reason"], "namespace-not-enabled");
  assert.equal((await createPod(webhook, "other")).auditAnnotations["reason"], "namespace-enabled");
});

test("a changed mesh config is taken, a bad one is refused and told in log and metric", async (context) => {
  const folder = await folderOf(context, { "config.yaml": "mode: standalone\n" });
  const file = join(folder, "config.yaml");
  const webhook = await startStandalone(context, ["--config", file]);
  const before = (await createPod(webhook, "a")).auditAnnotations["config"];
  await writeFile(file, "injection: {neverInject: [{matchLabels: {app: x}}]}\n");
  await eventually("the new config is in force", async () => {
    return (await createPod(webhook, "a")).auditAnnotations["config"] !== before;
  });
  const never = await createPod(webhook, "a", { name: "p", labels: { app: "x" } });
  assert.equal(never.auditAnnotations["reason"], "never-selector");

  await writeFile(file, "mode: sideways\n");
  await eventually("the bad config is told", () =>
    webhook.log().includes('"msg":"mesh config rejected, the last good one stays in force"'),
  );
  const still = await createPod(webhook, "a", { name: "p", labels: { app: "x" } });
  assert.equal(still.auditAnnotations["reason"], "never-selector");
  const metrics = await (await fetch(`http://127.0.0.1:${webhook.statusPort()}/metrics`)).text();
  assert.match(metrics, /outrigger_config_reloads_total\{result="failure"\} 1/);
  assert.match(metrics, /outrigger_config_reloads_total\{result="success"\} 1/);
  assert.match(metrics, /outrigger_certificate_expiry_timestamp_seconds\{certificate="serving"\} \d+/);
  const ready = await fetch(`http://127.0.0.1:${webhook.statusPort()}/readyz`);
  assert.equal(ready.status, 200);
});

test("a bad mesh config at the start is refused with every problem", async (context) => {
  const folder = await folderOf(context, { "config.yaml": "mode: sideways\nfailureMode: maybe\n" });
  const said = await failing(["--config", join(folder, "config.yaml")]);
  assert.match(said, /^2 .*OUTRIGGER_CONFIG_INVALID/s);
  assert.match(said, /mode: "sideways"/);
  assert.match(said, /failureMode: "maybe"/);
});

test("a Namespace that YAML reads otherwise is refused with a reason", async (context) => {
  const folder = await folderOf(context, { "ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: off}\n" });
  const said = await failing(["--port=0", "--namespaces", join(folder, "ns.yaml")]);
  assert.match(said, /^2 .*metadata\.name is a boolean, not text; put it in quotes.*OUTRIGGER_INPUT_INVALID/s);
});

test("a port that is taken is refused with a reason", async (context) => {
  const taken = createServer().listen(0, "127.0.0.1");
  context.after(() => taken.close());
  await new Promise((resolve) => taken.once("listening", resolve));
  const said = await failing([`--port=${(taken.address() as AddressInfo).port}`]);
  assert.match(said, /^1 .*EADDRINUSE.*OUTRIGGER_LISTEN_FAILED/s);
});

test("a client CA that is none, or cannot be read, is refused with a reason", async (context) => {
  const folder = await folderOf(context, { "ca.pem": "no certificate" });
  assert.match(await failing(["--port=0", "--client-ca", join(folder, "ca.pem")]), /OUTRIGGER_CLIENT_CA_INVALID/);
  assert.match(await failing(["--port=0", "--client-ca", join(folder, "gone")]), /OUTRIGGER_FILE_UNREADABLE/);
});
