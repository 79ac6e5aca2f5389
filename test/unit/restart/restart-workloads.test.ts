import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { systemClock } from "../../../src/clock.ts";
import type { OutriggerError } from "../../../src/errors.ts";
import { install } from "../../../src/installation/install.ts";
import type { Undertaking } from "../../../src/installation/progress.ts";
import { renderInstallation } from "../../../src/installation/render-installation.ts";
import { describeStale } from "../../../src/restart/plan-restart.ts";
import { readRestart } from "../../../src/restart/read-restart.ts";
import { restartRequest, restartWorkloads } from "../../../src/restart/restart-workloads.ts";
import { configMapsPath, deploymentsPath, podsPath, SmallCluster } from "../../fake-kubernetes/small-cluster.ts";
import { podWith } from "../../injected-pods.ts";

let cluster: SmallCluster;
let lines: string[];

function undertaking(): Undertaking {
  const times = { rolloutMs: 200, pollMs: 5, settleMs: 20 };
  return { api: cluster.fake.client(), clock: systemClock, tell: (line) => lines.push(line), times };
}

/** A Deployment in namespace shop with one pod whose sidecar comes from another version; restarted, it gets a new pod. */
function addDeployment(name: string): void {
  cluster.fake.store.create(deploymentsPath("shop"), {
    kind: "Deployment",
    metadata: { name },
    spec: { replicas: 1, template: {} },
  } as object);
  const pod = podWith();
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: `${name}-5d9c`, uid: "u", controller: true };
  const metadata = { ...pod.metadata, name: `${name}-5d9c-old`, ownerReferences: [owner] };
  cluster.addInjectedPod("shop", { ...pod, metadata }, { version: "0.0.9" });
  cluster.fake.store.onEvent(({ collection, object, type }) => {
    const restarted = JSON.stringify(object).includes("restartedAt") && object.metadata?.name === name;
    const pods = podsPath("shop");
    if (type === "DELETED" || collection !== deploymentsPath("shop") || !restarted || !cluster.comesUp) return;
    if (cluster.fake.store.find(pods, `${name}-5d9c-old`) === undefined) return;
    cluster.fake.store.delete(pods, `${name}-5d9c-old`);
    cluster.addInjectedPod("shop", { ...pod, metadata: { ...metadata, name: `${name}-5d9c-new` } });
  });
}

beforeEach(async () => {
  cluster = new SmallCluster();
  await cluster.start();
  lines = [];
  cluster.addNamespace("shop", { "outrigger.dev/injection": "enabled" });
  const objects = renderInstallation({ highAvailability: true, image: undefined, meshConfig: undefined });
  const options = { dryRun: false, force: false, forced: () => false, liveMeshConfig: undefined };
  await install(undertaking(), objects, options);
  lines = [];
});
afterEach(async () => {
  await cluster.stop();
});

test("stale workloads are found by what the webhook itself would write now", async () => {
  addDeployment("web");
  const { plan, reference } = await readRestart(cluster.fake.client(), undefined);
  assert.equal(reference.version, cluster.injectorVersion);
  assert.deepEqual(plan.restart.map(describeStale), ["Deployment shop/web"]);
  assert.match(plan.restart[0]?.because ?? "", /made by version 0\.0\.9, the injector is /);
  assert.deepEqual((await readRestart(cluster.fake.client(), "default")).plan, { restart: [], untouched: [] });
});

test("workloads are restarted one after the other, and nothing is stale in the end", async () => {
  addDeployment("api");
  addDeployment("web");
  const read = await readRestart(cluster.fake.client(), "shop");
  await restartWorkloads(undertaking(), read, read.plan.restart);
  const steps = lines.filter((line) => line.startsWith("Deployment"));
  assert.deepEqual(steps, [
    "Deployment shop/api is restarting",
    "Deployment shop/api is up, with new sidecars",
    "Deployment shop/web is restarting",
    "Deployment shop/web is up, with new sidecars",
  ]);
  assert.deepEqual((await readRestart(cluster.fake.client(), "shop")).plan.restart, []);
});

test("the first that does not come up stops it", async () => {
  addDeployment("api");
  addDeployment("web");
  const read = await readRestart(cluster.fake.client(), "shop");
  cluster.comesUp = false;
  await assert.rejects(restartWorkloads(undertaking(), read, read.plan.restart), (error: OutriggerError) => {
    assert.equal(error.code, "OUTRIGGER_ROLLOUT_FAILED");
    assert.match(error.message, /Deployment shop\/api/);
    return true;
  });
  const patched = cluster.fake.requests.filter(({ method, path }) => method === "PATCH" && path.includes("/shop/"));
  assert.equal(patched.length, 1);
});

test("nothing is restarted while the webhook does not answer", async () => {
  addDeployment("web");
  const read = await readRestart(cluster.fake.client(), "shop");
  cluster.unanswered = true;
  await assert.rejects(restartWorkloads(undertaking(), read, read.plan.restart), { code: "OUTRIGGER_WEBHOOK_SILENT" });
  await assert.rejects(readRestart(cluster.fake.client(), "shop"), /failed calling webhook/);
  assert.ok(cluster.fake.requests.every(({ method, path }) => method !== "PATCH" || !path.includes("/shop/")));
});

test("nothing is restarted before the webhook has taken up the mesh config", async () => {
  const { answer } = cluster.fake;
  const pod = await cluster.fake.client().request<object>({
    method: "POST",
    path: podsPath("shop"),
    query: { dryRun: "All" },
    body: podWith(),
  });
  cluster.fake.answer = (request, body) => (request.query["dryRun"] === undefined ? answer(request, body) : pod);
  const configMap = cluster.fake.store.get(configMapsPath, "outrigger-config");
  const data = { "config.yaml": "userErrors: warn\n" };
  cluster.fake.store.update(configMapsPath, "outrigger-config", { ...configMap, data } as object);
  await assert.rejects(readRestart(cluster.fake.client(), "shop"), /still uses another mesh config/);
});

test("a cluster without Outrigger says so", async () => {
  cluster.fake.store.delete(configMapsPath, "outrigger-config");
  await assert.rejects(readRestart(cluster.fake.client(), "shop"), { code: "OUTRIGGER_NOT_INSTALLED" });
});

test("a restart is what kubectl sends, and for a Rollout what its own plugin sends", () => {
  const stale = { namespace: "shop", pods: 1, because: "" };
  const deployment = { ...stale, workload: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } };
  assert.deepEqual(restartRequest(deployment, Date.parse("2026-11-24T16:00:00.123Z")).body, {
    spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "2026-11-24T16:00:00Z" } } } },
  });
  const rollout = { ...stale, workload: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "web" } };
  assert.deepEqual(restartRequest(rollout, Date.parse("2026-11-24T16:00:00.123Z")).body, {
    spec: { restartAt: "2026-11-24T16:00:00Z" },
  });
  assert.equal(restartRequest(rollout, 0).path, "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web");
});
