import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { systemClock } from "../../../src/clock.ts";
import { install } from "../../../src/installation/install.ts";
import type { Undertaking } from "../../../src/installation/progress.ts";
import { allShippedObjects } from "../../../src/installation/render-installation.ts";
import { countInjectedPods, uninstall } from "../../../src/installation/uninstall.ts";
import { configurationsPath, SmallCluster } from "../../fake-kubernetes/small-cluster.ts";
import { podWith } from "../../injected-pods.ts";

let cluster: SmallCluster;
let lines: string[];

beforeEach(async () => {
  cluster = new SmallCluster();
  await cluster.start();
  lines = [];
  await install(undertaking(), allShippedObjects(), { dryRun: false, force: false, forced: () => false });
  lines = [];
});
afterEach(async () => {
  await cluster.stop();
});

function undertaking(): Undertaking {
  const times = { rolloutMs: 300, pollMs: 5, settleMs: 20 };
  return { api: cluster.fake.client(), clock: systemClock, tell: (line) => lines.push(line), times };
}

/** Kinds in the order in which they were removed. */
function removed(): readonly string[] {
  return lines.filter((line) => line.endsWith(" removed")).map((line) => line.split(" ")[0] ?? "");
}

test("what refuses pods goes first, then the right to restore, then the webhooks, the namespace last", async () => {
  assert.equal(await uninstall(undertaking(), allShippedObjects()), allShippedObjects().length);
  assert.deepEqual(removed().slice(0, 9), [
    "ValidatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicy",
    "ClusterRoleBinding",
    "ClusterRoleBinding",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ClusterRole",
  ]);
  assert.equal(removed().at(-1), "Namespace");
});

test("the injector is removed only once no API server calls it", async () => {
  await uninstall(undertaking(), allShippedObjects());
  const silence = lines.indexOf("no API server calls the webhook any more");
  assert.ok(silence > lines.findIndex((line) => line.startsWith("MutatingWebhookConfiguration")));
  assert.ok(silence < lines.findIndex((line) => line.startsWith("Deployment")));
});

test("an API server that goes on calling keeps the injector where it is", async () => {
  const { answer } = cluster.fake;
  cluster.fake.answer = (request, body) => {
    if (request.query["dryRun"] === undefined) return answer(request, body);
    return { spec: { containers: [{ name: "outrigger-proxy" }] }, metadata: { annotations: injectedAnnotations } };
  };
  await assert.rejects(uninstall(undertaking(), allShippedObjects()), { code: "OUTRIGGER_REMOVAL_FAILED" });
  assert.ok(!removed().includes("Deployment"));
});

const injectedAnnotations = {
  "outrigger.dev/status": JSON.stringify({
    version: "1",
    config: "c",
    volumes: [],
    imagePullSecrets: [],
    labels: [],
    annotations: {},
    original: { handlers: {}, annotations: {} },
    proxy: {},
    init: {},
  }),
};

test("a configuration that a replica restores meanwhile goes too", async () => {
  const configuration = cluster.configuration ?? assert.fail("not installed");
  cluster.fake.store.onEvent(({ type, collection }) => {
    if (type !== "DELETED" || !collection.endsWith("/deployments")) return;
    cluster.fake.store.create(configurationsPath, { ...configuration, metadata: { name: "outrigger-injector" } });
  });
  await uninstall(undertaking(), allShippedObjects());
  assert.equal(cluster.configuration, undefined);
});

test("a removal that was interrupted goes on, and one that is done does nothing", async () => {
  cluster.fake.fault = ({ method, path }) => (method === "DELETE" && path.includes("/services/") ? 500 : undefined);
  await assert.rejects(uninstall(undertaking(), allShippedObjects()));
  assert.equal(cluster.configuration, undefined);
  cluster.fake.fault = () => undefined;
  assert.ok((await uninstall(undertaking(), allShippedObjects())) > 0);
  assert.equal(await uninstall(undertaking(), allShippedObjects()), 0);
});

test("the control plane's ConfigMaps go from every namespace, once it is gone itself; others stay", async () => {
  const collection = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
  for (const namespace of ["default", "kube-system"]) {
    cluster.fake.store.create(collection(namespace), { metadata: { name: "outrigger-trust", namespace } });
  }
  cluster.fake.store.create(collection("default"), { metadata: { name: "other", namespace: "default" } });
  assert.equal(await uninstall(undertaking(), allShippedObjects()), allShippedObjects().length + 2);
  const last = "ConfigMap outrigger-trust removed from 2 namespaces";
  assert.equal(lines.at(-1), last);
  assert.equal(cluster.fake.store.find(collection("default"), "outrigger-trust"), undefined);
  assert.ok(cluster.fake.store.find(collection("default"), "other"));
});

test("pods keep their sidecars, and are counted by workload", async () => {
  cluster.addNamespace("shop", { "outrigger.dev/injection": "enabled" });
  for (const name of ["web-5d9c-a", "web-5d9c-b"]) {
    const pod = podWith();
    cluster.addInjectedPod("shop", { ...pod, metadata: { ...pod.metadata, name } });
  }
  await uninstall(undertaking(), allShippedObjects());
  const counts = await countInjectedPods(cluster.fake.client());
  assert.deepEqual([...counts], [["Deployment shop/web", 2]]);
});
