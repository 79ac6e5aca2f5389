/**
 * The command line on a cluster that runs pods: what it installs works when it says so, what it tells is what runs, and what
 * it removes leaves running pods alone.
 */
import assert from "node:assert/strict";
import { before } from "node:test";
import { eventually } from "../../eventually.ts";
import { clusterCommand, runChecks } from "../cluster-command.ts";
import { kubectl } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { createPod, hasSidecar } from "../stored-pod.ts";
import { toolsPod } from "./application.ts";
import { injectorPods, systemNamespace } from "./injector-deployment.ts";
import { uninstallFromNode } from "./installation.ts";
import { startPair } from "./running-pair.ts";
import { nameOf, podOfDeployment, showPodsOnFailure } from "./running-pods.ts";
import { startTrickle } from "./traffic-trickle.ts";

before(uninstallFromNode);

async function outriggerOk(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { code, stdout, stderr } = await clusterCommand(...args);
  assert.equal(code, 0, stderr);
  return { stdout, stderr };
}

scenario("cli: `check --pre` finds this cluster fit, and Outrigger not installed yet", async () => {
  for (const { name, status, message } of (await runChecks("--pre")).values()) {
    assert.equal(status, "ok", `${name}: ${message}`);
  }
});

scenario(
  "cli: `install` waits until pods really get sidecars: one made the moment it ends has its own",
  async (context) => {
    showPodsOnFailure(context, systemNamespace);
    const start = performance.now();
    const { stderr } = await outriggerOk("install");
    context.note(`installed in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    const namespace = await context.namespaces.create(injectionEnabled);
    assert.ok(hasSidecar(await createPod(namespace, toolsPod("at-once"))));
    assert.match(stderr, /the webhook answers: a pod tried in namespace \S+ came back with its sidecar/);
    assert.equal(
      (await injectorPods()).filter((pod) => pod.status.containerStatuses.every(({ ready }) => ready)).length,
      2,
    );
  },
);

scenario("cli: `install` again changes nothing, and no replica is restarted", async () => {
  const names = async (): Promise<readonly string[]> => (await injectorPods()).map(nameOf).sort();
  const earlier = await names();
  const { stderr } = await outriggerOk("install");
  assert.doesNotMatch(stderr, / (created|configured)$/m);
  assert.deepEqual(await names(), earlier);
});

scenario("cli: `check` is all green on a cluster where all is well", async ({ namespaces }) => {
  await startPair(namespaces);
  const checks = await runChecks();
  for (const name of ["replicas-ready", "ca-bundle", "webhook-answers", "mesh-config-in-force", "sidecars-stale"]) {
    assert.ok(checks.has(name), name);
  }
  assert.deepEqual(
    [...checks.values()].filter(({ status }) => status !== "ok").map(({ name, message }) => `${name}: ${message}`),
    [],
  );
  const { stdout } = await outriggerOk("check");
  assert.match(stdout, /^(\d+) checks: \1 ok, 0 warnings, 0 errors$/m);
});

scenario(
  "cli: `explain` tells of a running pod, its Deployment and its namespace what the cluster has",
  async (context) => {
    const shop = await startPair(context.namespaces);
    const { stdout } = await outriggerOk("explain", "pod/client", "deploy/web", `ns/${shop}`, "-n", shop);
    assert.match(stdout, new RegExp(`^Pod ${shop}/client\\n {2}injected: namespace-enabled`, "m"));
    assert.match(stdout, /^ {2}sidecar: there, up to date \(version \S+, mesh config [0-9a-f]+\)$/m);
    assert.match(
      stdout,
      new RegExp(`^Deployment ${shop}/web\\n {2}injected: .*\\n {2}pods: 1 with an up-to-date sidecar$`, "m"),
    );
    assert.match(stdout, new RegExp(`^Namespace ${shop}\\n`, "m"));
    assert.match(stdout, /^ {4}2 injected: namespace-enabled .*: 2 with an up-to-date sidecar$/m);
  },
);

scenario("cli: `uninstall` stops the webhook first, and pods with sidecars keep passing traffic", async (context) => {
  const shop = await startPair(context.namespaces);
  showPodsOnFailure(context, shop);
  const trickle = await startTrickle(shop, "http://web/");
  const { stdout, stderr } = await outriggerOk("uninstall", "--yes");
  const told = stdout + stderr;
  const silent = told.indexOf("no API server calls the webhook any more");
  const position = (text: string): number => told.indexOf(`${text} removed`);
  assert.ok(position("MutatingWebhookConfiguration outrigger-injector") >= 0);
  assert.ok(position("MutatingWebhookConfiguration outrigger-injector") < silent);
  assert.ok(silent < position("Deployment outrigger-system/outrigger-injector"));
  assert.match(stdout, new RegExp(`Deployment ${shop}/web \\(1\\)`));
  assert.notEqual((await kubectl(["get", "namespace", systemNamespace])).code, 0);

  const before = (await trickle()).answered;
  await eventually("requests go on being answered", async () => (await trickle()).answered > before + 20, 30_000);
  assert.ok(hasSidecar(await podOfDeployment(shop, "web")));
  assert.ok(!hasSidecar(await createPod(shop, toolsPod("later"))), "new pods come without");
  const { answered, failures } = await trickle();
  assert.deepEqual(failures, []);
  context.note(`${answered} requests answered meanwhile`);
});
