import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { OutriggerError } from "../../../src/errors.ts";
import type { InstallOptions } from "../../../src/installation/install.ts";
import { install } from "../../../src/installation/install.ts";
import type { ManifestObject } from "../../../src/installation/manifest.ts";
import { objectPath } from "../../../src/installation/manifest.ts";
import type { Undertaking } from "../../../src/installation/progress.ts";
import { renderInstallation } from "../../../src/installation/render-installation.ts";
import { systemClock } from "../../../src/clock.ts";
import { SmallCluster } from "../../fake-kubernetes/small-cluster.ts";

let cluster: SmallCluster;
let lines: string[];

beforeEach(async () => {
  cluster = new SmallCluster();
  await cluster.start();
  lines = [];
});
afterEach(async () => {
  await cluster.stop();
});

const plain: InstallOptions = { dryRun: false, force: false, forced: () => false, liveMeshConfig: undefined };

function objectsOf(highAvailability = false): readonly ManifestObject[] {
  return renderInstallation({ highAvailability, image: undefined, meshConfig: undefined });
}

function undertaking(): Undertaking {
  const times = { rolloutMs: 300, pollMs: 5, settleMs: 20 };
  return { api: cluster.fake.client(), clock: systemClock, tell: (line) => lines.push(line), times };
}

/** Failure policies of the mutating configuration, at each of its states. */
function policiesSeen(): readonly { readonly trusted: boolean; readonly policies: readonly string[] }[] {
  return cluster.fake.store.since(0).flatMap(({ collection, object }) => {
    if (!collection.endsWith("mutatingwebhookconfigurations")) return [];
    const { webhooks } = object as unknown as {
      webhooks: { failurePolicy: string; clientConfig: { caBundle?: string } }[];
    };
    const trusted = webhooks.every(({ clientConfig }) => clientConfig.caBundle !== undefined);
    return [{ trusted, policies: webhooks.map(({ failurePolicy }) => failurePolicy) }];
  });
}

test("everything is there in the end, the webhooks and what refuses pods last", async () => {
  await install(undertaking(), objectsOf(true), plain);
  for (const object of objectsOf(true)) {
    const path = objectPath(object);
    const slash = path.lastIndexOf("/");
    assert.ok(cluster.fake.store.find(path.slice(0, slash), path.slice(slash + 1)), path);
  }
  const kinds = lines.filter((line) => line.endsWith(" created")).map((line) => line.split(" ")[0]);
  assert.deepEqual(kinds.slice(-7), [
    "Deployment",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
  ]);
});

test("no entry refuses pods before the API server trusts the injector", async () => {
  await install(undertaking(), objectsOf(), plain);
  const seen = policiesSeen();
  for (const { trusted, policies } of seen) if (!trusted) assert.ok(policies.every((policy) => policy === "Ignore"));
  assert.deepEqual(seen.at(-1), { trusted: true, policies: ["Fail", "Ignore", "Ignore"] });
});

test("a second time nothing changes, and trusted entries never stop refusing", async () => {
  await install(undertaking(), objectsOf(), plain);
  const before = cluster.fake.store.revision;
  lines = [];
  await install(undertaking(), objectsOf(), plain);
  assert.equal(cluster.fake.store.revision, before);
  assert.ok(
    lines.every((line) => line.endsWith(" unchanged") || line.endsWith(" is ready")),
    lines.join("\n"),
  );
});

/** A replica of the version before, which has been told to stop. */
function addLeavingReplica(): void {
  const labels = { "app.kubernetes.io/name": "outrigger-injector" };
  const metadata = { name: "outrigger-injector-old", labels, deletionTimestamp: "2026-11-24T16:00:00Z" };
  cluster.addNamespace("outrigger-system");
  cluster.addPod("outrigger-system", { metadata, spec: { containers: [] } } as object);
}

test("an upgrade is not over while a replica of before may still answer", async () => {
  addLeavingReplica();
  let done = false;
  const installed = install(undertaking(), objectsOf(), plain).then(() => (done = true));
  const asked = (): number =>
    cluster.fake.requests.filter(({ path }) => path.endsWith("/outrigger-system/pods")).length;
  while (asked() < 3) await pause(5);
  assert.equal(done, false);
  cluster.fake.store.delete("/api/v1/namespaces/outrigger-system/pods", "outrigger-injector-old");
  await installed;
  assert.ok(!lines.some((line) => line.includes("on its way out")), lines.join("\n"));
});

test("a replica that never goes, on a node that is lost, is told of and holds nothing up", async () => {
  addLeavingReplica();
  await install(undertaking(), objectsOf(), plain);
  assert.ok(lines.includes("still on its way out, and may answer meanwhile: outrigger-injector-old"), lines.join("\n"));
});

test("replicas that do not come up leave the cluster uncalled, with what their pods wait for", async () => {
  cluster.comesUp = false;
  cluster.addNamespace("outrigger-system");
  cluster.addPod("outrigger-system", {
    metadata: { name: "outrigger-injector-a", labels: { "app.kubernetes.io/name": "outrigger-injector" } },
    spec: { containers: [] },
    status: {},
  } as object);
  await assert.rejects(install(undertaking(), objectsOf(), plain), (error: OutriggerError) => {
    assert.equal(error.code, "OUTRIGGER_ROLLOUT_FAILED");
    assert.match(error.message, /0 of 2 new replicas made\n {2}pod outrigger-injector-a: /);
    return true;
  });
  assert.equal(cluster.configuration, undefined);
});

test("a webhook that no API server reaches never gets to refuse pods", async () => {
  cluster.unanswered = true;
  await assert.rejects(install(undertaking(), objectsOf(true), plain), { code: "OUTRIGGER_WEBHOOK_SILENT" });
  assert.ok(policiesSeen().every(({ policies }) => policies.every((policy) => policy === "Ignore")));
});

test("an injector that publishes no certificate never gets to refuse pods", async () => {
  cluster.publishes = false;
  await assert.rejects(install(undertaking(), objectsOf(), plain), /no CA came into .*advice/);
});

test("a dry run tells everything and writes nothing", async () => {
  const before = cluster.fake.store.revision;
  await install(undertaking(), objectsOf(), { ...plain, dryRun: true });
  assert.equal(cluster.fake.store.revision, before);
  assert.equal(lines.length, objectsOf().length);
  assert.ok(
    lines.every((line) => line.includes("created")),
    lines.join("\n"),
  );
});

test("a dry run of an upgrade names each field that would change", async () => {
  await install(undertaking(), objectsOf(), plain);
  lines = [];
  await install(undertaking(), objectsOf(true), { ...plain, dryRun: true });
  assert.ok(lines.includes("  spec.replicas: 2 -> 3"), lines.join("\n"));
});

test("a conflict names the object and who holds its fields", async () => {
  cluster.fake.fault = ({ method, path }) => (method === "PATCH" && path.includes("deployments") ? 409 : undefined);
  await assert.rejects(install(undertaking(), objectsOf(), plain), (error: OutriggerError) => {
    assert.equal(error.code, "OUTRIGGER_APPLY_CONFLICT");
    assert.match(error.message, /Deployment outrigger-system\/outrigger-injector: /);
    assert.match(error.fix, /--force-conflicts/);
    return true;
  });
});

test("fields are taken over only where that is asked for", async () => {
  await install(undertaking(), objectsOf(), { ...plain, forced: ({ kind }) => kind === "ConfigMap" });
  const forced = cluster.fake.requests.filter(({ query }) => query["force"] === "true").map(({ path }) => path);
  assert.deepEqual(forced, ["/api/v1/namespaces/outrigger-system/configmaps/outrigger-config"]);
  assert.ok(
    cluster.fake.requests.every(({ method, query }) => method !== "PATCH" || query["fieldManager"] === "outrigger"),
  );
});

const standalone = "mode: standalone\nuserErrors: warn\n";

function meshObjects(meshConfig = "mode: mesh\nuserErrors: warn\n"): readonly ManifestObject[] {
  return renderInstallation({ highAvailability: false, image: undefined, meshConfig });
}

/** A standalone installation that runs. */
async function installStandalone(): Promise<void> {
  const options = { highAvailability: false, image: undefined, meshConfig: standalone };
  await install(undertaking(), renderInstallation(options), plain);
  lines = [];
}

/** What happened to the mesh config's mode and to both Deployments, in order. */
function history(since: number): readonly string[] {
  return cluster.fake.store.since(since).flatMap(({ collection, object }) => {
    const { data, spec } = object as { data?: Record<string, string>; spec?: { template?: object } };
    const name = object.metadata?.name ?? "";
    if (name === "outrigger-config") return [/^mode: (.*)$/m.exec(data?.["config.yaml"] ?? "")?.[1] ?? ""];
    if (!collection.endsWith("/deployments")) return [];
    return [JSON.stringify(spec?.template).includes("restartedAt") ? `${name} restarted` : name];
  });
}

/** Without what came again only because its status changed. */
function steps(since: number): readonly string[] {
  return history(since).filter((step, index, all) => step !== all[index - 1]);
}

test("a mesh: the kinds and the control plane come before the injector, whose sidecars need both", async () => {
  await install(undertaking(), meshObjects(), plain);
  const at = (text: string): number => {
    const index = lines.findIndex((line) => line.startsWith(text));
    assert.ok(index >= 0, `${text}\n${lines.join("\n")}`);
    return index;
  };
  const [injector, controlPlane] = ["outrigger-injector", "outrigger-control-plane"].map(
    (name) => `Deployment outrigger-system/${name}`,
  );
  const order = [
    at("CustomResourceDefinition meshtls.outrigger.dev created"),
    at(`${controlPlane ?? ""} created`),
    at(`${controlPlane ?? ""} is ready`),
    at(`${injector ?? ""} created`),
    at(`${injector ?? ""} is ready`),
    at("MutatingWebhookConfiguration"),
  ];
  assert.deepEqual(
    order,
    order.toSorted((one, other) => one - other),
  );
});

test("into a mesh: sidecars need a control plane only once there is one, and are made for it when the command ends", async () => {
  await installStandalone();
  const before = cluster.fake.store.revision;
  await install(undertaking(), meshObjects(), { ...plain, liveMeshConfig: standalone });
  assert.deepEqual(steps(before), ["outrigger-control-plane", "mesh", "outrigger-injector restarted"]);
  const restarting = "Deployment outrigger-system/outrigger-injector is restarting, to read the changed mesh config";
  assert.ok(lines.includes(restarting), lines.join("\n"));
});

test("into a mesh whose control plane does not come up: sidecars go on to work without one", async () => {
  await installStandalone();
  cluster.comesUp = false;
  const before = cluster.fake.store.revision;
  await assert.rejects(install(undertaking(), meshObjects(), { ...plain, liveMeshConfig: standalone }), {
    code: "OUTRIGGER_ROLLOUT_FAILED",
  });
  assert.deepEqual(steps(before), ["outrigger-control-plane"]);
});

test("out of a mesh: the control plane stays, for the sidecars that still need it", async () => {
  await install(undertaking(), meshObjects(), plain);
  const before = cluster.fake.store.revision;
  const options = { highAvailability: false, image: undefined, meshConfig: standalone };
  const liveMeshConfig = "mode: mesh\nuserErrors: warn\n";
  await install(undertaking(), renderInstallation(options), { ...plain, liveMeshConfig });
  assert.deepEqual(steps(before), ["standalone", "outrigger-injector restarted"]);
});

const changes: readonly (readonly [what: string, change: string, restarted: readonly string[]])[] = [
  ["what only the control plane reads", "mesh: { unknownDestinations: refuse }", ["outrigger-control-plane"]],
  ["what only sidecars are made from", "tracing: { host: collector, port: 4317 }", ["outrigger-injector"]],
  ["what both read", "trustDomain: example.org", ["outrigger-control-plane", "outrigger-injector"]],
  ["what the injector alone acts on", "watchdog: { mode: report }", []],
];
for (const [what, change, restarted] of changes) {
  test(`a changed mesh config restarts who reads it: ${what}`, async () => {
    const liveMeshConfig = "mode: mesh\n";
    await install(undertaking(), meshObjects(liveMeshConfig), plain);
    const before = cluster.fake.store.revision;
    await install(undertaking(), meshObjects(`${liveMeshConfig}${change}\n`), { ...plain, liveMeshConfig });
    assert.deepEqual(
      steps(before).filter((step) => step.endsWith(" restarted")),
      restarted.map((name) => `${name} restarted`),
    );
  });
}
