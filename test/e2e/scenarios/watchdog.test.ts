/**
 * Pods that were created while the webhook was away: counted by the leader, told of, and evicted where the mesh config says
 * so, slowly and only while new ones would get their sidecar.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { eventually } from "../../eventually.ts";
import { eventOf } from "../events.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { removeWebhookConfiguration, shippedMeshConfig } from "../install.ts";
import { kubectlOk } from "../kubectl.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import type { TestNamespaces } from "../namespaces.ts";
import { injectionEnabled } from "../namespaces.ts";
import { playKubelet } from "../played-kubelet.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { createPod, hasSidecar, podsPath } from "../stored-pod.ts";
import { deployment } from "../workloads.ts";

const injector = injectorOfFile();
const component = fileURLToPath(new URL("../../../manifests/components/watchdog/cluster-role.yaml", import.meta.url));

before(async () => {
  await kubectlOk(["apply", "-f", component]);
});
after(async () => {
  await kubectlOk(["delete", "-f", component]);
});

type StoredPod = Pod & {
  readonly metadata: { readonly name: string; readonly uid: string; readonly creationTimestamp: string };
};

async function podsIn(namespace: string): Promise<readonly StoredPod[]> {
  return (await (await kubernetesClient()).ok<{ readonly items: readonly StoredPod[] }>("GET", podsPath(namespace)))
    .items;
}

async function nakedIn(namespace: string): Promise<readonly StoredPod[]> {
  return (await podsIn(namespace)).filter((pod) => !hasSidecar(pod));
}

/** A labelled namespace with so many pods of Deployment `web` and a bare one, all made while the webhook was away. */
async function nakedWorkload(namespaces: TestNamespaces, replicas: number, annotations = {}): Promise<string> {
  const namespace = await namespaces.create(injectionEnabled);
  await removeWebhookConfiguration();
  const web = deployment("web", { annotations }) as { readonly spec: object };
  await kubectlOk(["-n", namespace, "create", "-f", "-"], { input: { ...web, spec: { ...web.spec, replicas } } });
  await createPod(namespace, plainPod("bare"));
  await eventually("the pods are there", async () => (await nakedIn(namespace)).length === replicas + 1);
  return namespace;
}

/** Also makes the leader look at once. */
async function setWatchdog(mode: string, minimumAgeSeconds = 10): Promise<void> {
  const watchdog = `watchdog: { mode: ${mode}, evictionsPerMinute: 12, minimumAgeSeconds: ${minimumAgeSeconds} }\n`;
  await injector().writeMeshConfig(`${await shippedMeshConfig()}${watchdog}`);
}

/** What each replica says of a namespace's naked pods; undefined where it says nothing. */
async function countedBy(namespace: string): Promise<readonly (number | undefined)[]> {
  const series = `outrigger_pods_naked{namespace="${namespace}"} `;
  const pages = await Promise.all(
    injector()
      .replicas()
      .map(async (replica) => replica.metrics()),
  );
  return pages.map((page) => {
    const line = page.split("\n").find((text) => text.startsWith(series));
    return line === undefined ? undefined : Number(line.slice(series.length));
  });
}

function uids(pods: readonly StoredPod[]): readonly string[] {
  return pods.map(({ metadata }) => metadata.uid).sort();
}

scenario("watchdog: off as shipped; pods without their sidecar are counted, by the leader alone", async (context) => {
  context.cleanUp(async () => injector().reapply());
  const namespace = await nakedWorkload(context.namespaces, 2);
  const before = uids(await podsIn(namespace));
  await setWatchdog("disabled", 11);
  await eventually("they are counted", async () => {
    const counts = await countedBy(namespace);
    return (
      counts.filter((count) => count === 3).length === 1 && counts.filter((count) => count === undefined).length === 1
    );
  });
  await injector().reapply();
  await setWatchdog("disabled", 12);
  await sleep(15_000);
  assert.deepEqual(uids(await podsIn(namespace)), before);
});

scenario("watchdog: told of and left as they are where it is to report", async (context) => {
  context.cleanUp(async () => setWatchdog("disabled"));
  context.cleanUp(async () => injector().reapply());
  const namespace = await nakedWorkload(context.namespaces, 1);
  const before = uids(await podsIn(namespace));
  await sleep(11_000);
  await setWatchdog("report");
  const event = await eventOf(namespace, "SidecarMissing");
  assert.equal(event.type, "Warning");
  await eventually("told of both", async () => {
    const text = await kubectlOk(["-n", namespace, "get", "events.events.k8s.io", "-o", "wide"]);
    return /replicaset\/web-\S+/.test(text) && text.includes("left alone: no controller would make it anew");
  });
  assert.deepEqual(uids(await podsIn(namespace)), before);
});

scenario(
  "watchdog: evicts nothing while the webhook is away; then one after another, and only those that come back",
  async (context) => {
    const { namespaces, cleanUp, note, showOnFailure } = context;
    showOnFailure("injector", () => injector().logs());
    cleanUp(async () => setWatchdog("disabled"));
    cleanUp(async () => injector().reapply());
    const optedOut = await nakedWorkload(namespaces, 1, { "outrigger.dev/watchdog": "false" });
    const namespace = await nakedWorkload(namespaces, 3);
    const kubelet = playKubelet(namespace);
    cleanUp(kubelet.stop);
    const before = uids(await podsIn(namespace));
    await sleep(11_000);

    await setWatchdog("evict");
    await eventually("it says why it does nothing", () => injector().logs().includes("no pod is evicted"));
    await sleep(6_000);
    assert.deepEqual(uids(await podsIn(namespace)), before);

    await injector().reapply();
    await eventually("pods are injected again", async () => {
      const args = ["-n", namespace, "create", "--dry-run=server", "-o", "json", "-f", "-"];
      return (await kubectlOk(args, { input: plainPod("try") })).includes("outrigger-proxy");
    });
    await setWatchdog("evict", 11);
    const startedAt = Date.now();
    await eventually("only the bare pod is left", async () => (await nakedIn(namespace)).length === 1, 60_000);
    note(`three pods evicted in ${Date.now() - startedAt} ms, at 12 a minute`);
    await eventually("all are there again", async () => (await podsIn(namespace)).length === 4);
    assert.deepEqual(
      (await nakedIn(namespace)).map(({ metadata }) => metadata.name),
      ["bare"],
    );
    const births = (await podsIn(namespace))
      .filter(hasSidecar)
      .map(({ metadata }) => Date.parse(metadata.creationTimestamp))
      .sort();
    const pauses = births.slice(1).map((birth, index) => birth - (births[index] ?? 0));
    // Whole seconds are what the API server keeps: 5 s may look like 4.
    assert.ok(
      pauses.every((pause) => pause >= 4_000),
      `pauses of ${pauses.join(", ")} ms`,
    );
    assert.equal((await nakedIn(optedOut)).length, 2, "neither the opted-out nor the bare one");
  },
  { timeoutMs: 240_000 },
);

scenario("watchdog: a PodDisruptionBudget is heeded", async (context) => {
  const { namespaces, cleanUp } = context;
  context.showOnFailure("injector", () => injector().logs());
  cleanUp(async () => setWatchdog("disabled"));
  cleanUp(async () => injector().reapply());
  const namespace = await nakedWorkload(namespaces, 1);
  const kubelet = playKubelet(namespace);
  cleanUp(kubelet.stop);
  const metadata = { name: "web" };
  const spec = { minAvailable: 1, selector: { matchLabels: { app: "web" } } };
  const budget = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec };
  await kubectlOk(["-n", namespace, "create", "-f", "-"], { input: budget });
  const before = uids(await podsIn(namespace));
  await injector().reapply();
  await sleep(11_000);
  await setWatchdog("evict");
  await eventually(
    "it was refused",
    async () => {
      const pages = await Promise.all(
        injector()
          .replicas()
          .map(async (replica) => replica.metrics()),
      );
      return pages.some((page) => /outrigger_watchdog_pods_total\{result="protected"\} [1-9]/.test(page));
    },
    90_000,
  );
  assert.deepEqual(uids(await podsIn(namespace)), before);
});
