import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { systemClock } from "../../../src/clock.ts";
import { install } from "../../../src/installation/install.ts";
import { describeObject, objectPath } from "../../../src/installation/manifest.ts";
import type { Undertaking } from "../../../src/installation/progress.ts";
import { renderInstallation } from "../../../src/installation/render-installation.ts";
import { countSidecars } from "../../../src/installation/sidecars-in-use.ts";
import { uninstall, uninstallControlPlane } from "../../../src/installation/uninstall.ts";
import { configurationsPath, SmallCluster } from "../../fake-kubernetes/small-cluster.ts";
import { podWith } from "../../injected-pods.ts";

const meshConfig = "watchdog: { mode: evict }\n";
const objects = renderInstallation({ highAvailability: true, image: undefined, meshConfig });
const careful = { abandonSidecars: false };

let cluster: SmallCluster;
let lines: string[];

beforeEach(async () => {
  cluster = new SmallCluster();
  await cluster.start();
  lines = [];
  await install(undertaking(), objects, {
    dryRun: false,
    force: false,
    forced: () => false,
    liveMeshConfig: undefined,
  });
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
  assert.equal(await uninstall(undertaking(), objects, careful), objects.length);
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
  await uninstall(undertaking(), objects, careful);
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
  await assert.rejects(uninstall(undertaking(), objects, careful), { code: "OUTRIGGER_REMOVAL_FAILED" });
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
  await uninstall(undertaking(), objects, careful);
  assert.equal(cluster.configuration, undefined);
});

test("a removal that was interrupted goes on, and one that is done does nothing", async () => {
  cluster.fake.fault = ({ method, path }) => (method === "DELETE" && path.includes("/services/") ? 500 : undefined);
  await assert.rejects(uninstall(undertaking(), objects, careful));
  assert.equal(cluster.configuration, undefined);
  cluster.fake.fault = () => undefined;
  assert.ok((await uninstall(undertaking(), objects, careful)) > 0);
  assert.equal(await uninstall(undertaking(), objects, careful), 0);
});

test("the control plane's ConfigMaps go from every namespace, once it is gone itself; others stay", async () => {
  const collection = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
  for (const namespace of ["default", "kube-system"]) {
    cluster.fake.store.create(collection(namespace), { metadata: { name: "outrigger-trust", namespace } });
  }
  cluster.fake.store.create(collection("default"), { metadata: { name: "other", namespace: "default" } });
  assert.equal(await uninstall(undertaking(), objects, careful), objects.length + 2);
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
  await uninstall(undertaking(), objects, careful);
  const counts = await countSidecars(cluster.fake.client());
  assert.deepEqual([...counts], [["Deployment shop/web", 2]]);
});

const meshObjects = renderInstallation({ highAvailability: false, image: undefined, meshConfig: "mode: mesh\n" });

/** Makes a mesh of the installation, with a pod of it. */
async function enterMesh(): Promise<void> {
  const options = { dryRun: false, force: false, forced: () => true, liveMeshConfig: meshConfig };
  await install(undertaking(), meshObjects, options);
  cluster.addNamespace("shop", { "outrigger.dev/injection": "enabled" });
  const pod = podWith();
  cluster.addInjectedPod("shop", { ...pod, metadata: { ...pod.metadata, name: "web-5d9c-a" } });
  lines = [];
}

test("as long as sidecars need the control plane nothing is removed, unless they are to be abandoned", async () => {
  await enterMesh();
  const before = cluster.fake.store.revision;
  for (const remove of [uninstall, uninstallControlPlane]) {
    await assert.rejects(remove(undertaking(), meshObjects, careful), {
      code: "OUTRIGGER_CONTROL_PLANE_IN_USE",
      message: /: those of one pod\n {2}Deployment shop\/web \(1\)$/,
    });
  }
  assert.equal(cluster.fake.store.revision, before);
  assert.equal(await uninstall(undertaking(), meshObjects, { abandonSidecars: true }), meshObjects.length);
});

test("a sidecar of the mesh that came while the webhook was being removed keeps the control plane where it is", async () => {
  await enterMesh();
  const { store } = cluster.fake;
  const pod = store.get("/api/v1/namespaces/shop/pods", "web-5d9c-a");
  store.delete("/api/v1/namespaces/shop/pods", "web-5d9c-a");
  store.onEvent(({ type, collection }) => {
    if (type === "DELETED" && collection.endsWith("/mutatingwebhookconfigurations")) cluster.addPod("shop", pod);
  });
  await assert.rejects(uninstall(undertaking(), meshObjects, careful), { code: "OUTRIGGER_CONTROL_PLANE_IN_USE" });
  assert.equal(cluster.configuration, undefined);
  assert.ok(!removed().includes("Deployment"));
});

test("the control plane keeps its rights until it goes itself", async () => {
  await enterMesh();
  await uninstall(undertaking(), meshObjects, { abandonSidecars: true });
  const at = (text: string): number => lines.indexOf(`${text} removed`);
  assert.ok(at("ClusterRoleBinding outrigger-injector") < at("MutatingWebhookConfiguration outrigger-injector"));
  assert.ok(
    at("ClusterRoleBinding outrigger-control-plane") > at("Deployment outrigger-system/outrigger-control-plane"),
  );
});

test("the control plane alone: its pods first, then all that is its own, and what it has made; the rest stays", async () => {
  await enterMesh();
  const { store } = cluster.fake;
  store.delete("/api/v1/namespaces/shop/pods", "web-5d9c-a");
  const system = "outrigger-system";
  const made: readonly (readonly [string, string])[] = [
    [`/api/v1/namespaces/${system}/secrets`, "outrigger-workload-ca"],
    [`/apis/coordination.k8s.io/v1/namespaces/${system}/leases`, "outrigger-control-plane"],
    ["/api/v1/namespaces/shop/configmaps", "outrigger-trust"],
  ];
  for (const [collection, name] of made) {
    store.create(collection, { metadata: { name, namespace: /namespaces\/([^/]+)/.exec(collection)?.[1] ?? "" } });
  }
  await uninstallControlPlane(undertaking(), meshObjects, careful);
  assert.equal(removed()[0], "Deployment");
  const deletion = cluster.fake.requests.find(
    ({ method, path }) => method === "DELETE" && path.includes("/deployments/"),
  );
  assert.equal(deletion?.query["propagationPolicy"], "Foreground");
  for (const [collection, name] of made) assert.equal(store.find(collection, name), undefined, name);
  const standalone = renderInstallation({ highAvailability: false, image: undefined, meshConfig });
  const kept = new Set(standalone.map(describeObject));
  for (const object of meshObjects) {
    const path = objectPath(object);
    const slash = path.lastIndexOf("/");
    const found = store.find(path.slice(0, slash), path.slice(slash + 1));
    assert.equal(found !== undefined, kept.has(describeObject(object)), describeObject(object));
  }
  assert.equal(await uninstallControlPlane(undertaking(), meshObjects, careful), 0);
});
