/**
 * Pods that are none of Outrigger's business run as if it were not there: on the node's network, made by the kubelet itself,
 * or in the namespaces that the cluster runs on.
 */
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../../eventually.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { injectionLabel } from "../../../src/injection/keys.ts";
import { currentCluster } from "../cluster.ts";
import { eventOf } from "../events.ts";
import { kubectl, kubectlJson, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import type { ScenarioContext } from "../scenario.ts";
import { containerNames } from "../stored-pod.ts";
import { toolsPod } from "./application.ts";
import { bringInjectorBack, injectorPods, rollInjector, stopInjector, systemNamespace } from "./injector-deployment.ts";
import { installedOnNode } from "./installation.ts";
import { nameOf, run, runningPod, showPodsOnFailure } from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";

installedOnNode();
const { local } = currentCluster();

const ownContainer = { init: [], app: ["tools"] };
const wish = { labels: { "outrigger.dev/inject": "true" } };

function assertUntouched(pod: RunningPod): void {
  assert.deepEqual(containerNames(pod), ownContainer);
  assert.equal(pod.status.phase, "Running");
  assert.equal(pod.metadata.labels?.["outrigger.dev/injected"], undefined);
  assert.equal(pod.metadata.annotations?.["outrigger.dev/status"], undefined);
}

scenario("untouched: a pod on the node's network runs without a sidecar, and an Event says why", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  await run(namespace, toolsPod("on-host", { ...wish, spec: { hostNetwork: true } }));
  const pod = await runningPod(namespace, "on-host");
  assertUntouched(pod);
  assert.equal(pod.status.podIP, pod.status.hostIP);
  assert.match((await eventOf(namespace, "InjectionSkipped")).note, /host-network/);
});

scenario(
  "untouched: a static pod of the kubelet runs, and its mirror is stored as it is, even with the injector down",
  async (context) => {
    if (local === undefined) return;
    const namespace = await context.namespaces.create(injectionEnabled);
    showPodsOnFailure(context, namespace);
    const file = join(local.directory, "static-pods", `${namespace}.json`);
    context.cleanUp(async () => {
      await rm(file, { force: true });
      await eventually("the static pod is gone", async () => (await mirrorPods(namespace)).length === 0, 30_000);
    });
    context.cleanUp(bringInjectorBack);
    await stopInjector();
    const pod = toolsPod("static", wish) as { readonly metadata: object };
    await writeFile(file, JSON.stringify({ ...pod, metadata: { ...pod.metadata, namespace } }));
    await eventually(
      "the static pod runs",
      async () => (await mirrorPods(namespace)).some(({ status }) => status.phase === "Running"),
      60_000,
    );
    const [mirror] = await mirrorPods(namespace);
    assert.ok(mirror);
    assert.equal(nameOf(mirror), `static-${mirror.spec.nodeName}`);
    assert.ok(mirror.metadata.annotations?.["kubernetes.io/config.mirror"]);
    assertUntouched(mirror);
  },
  { impossibleBecause: local === undefined ? "the cluster was not started by scripts/cluster" : undefined },
);

async function mirrorPods(namespace: string): Promise<readonly RunningPod[]> {
  return (await kubectlJson<{ readonly items: readonly RunningPod[] }>(["-n", namespace, "get", "pods"])).items;
}

for (const namespace of ["kube-system", "kube-public"]) {
  scenario(
    `untouched: pods of ${namespace} stay so, even if it is labelled and they ask for a sidecar`,
    async (context) => {
      await labelled(context, namespace);
      context.cleanUp(async () =>
        kubectl(["-n", namespace, "delete", "pod", "untouched", "--now", "--ignore-not-found"]),
      );
      await run(namespace, toolsPod("untouched", wish));
      assertUntouched(await runningPod(namespace, "untouched"));
    },
  );
}

scenario("untouched: the injector never waits for itself, even if its namespace is labelled", async (context) => {
  await labelled(context, systemNamespace);
  await rollInjector();
  for (const pod of await injectorPods()) assert.deepEqual(containerNames(pod), { init: [], app: ["injector"] });
});

/** Labels a namespace of the system as if it were anybody's, until the scenario ends. */
async function labelled({ cleanUp }: ScenarioContext, namespace: string): Promise<void> {
  const { metadata } = await kubectlJson<Pod>(["get", "namespace", namespace]);
  const before = metadata?.labels?.[injectionLabel];
  const label = before === undefined ? `${injectionLabel}-` : `${injectionLabel}=${before}`;
  cleanUp(async () => kubectlOk(["label", "--overwrite", "namespace", namespace, label]));
  await kubectlOk(["label", "--overwrite", "namespace", namespace, `${injectionLabel}=enabled`]);
}
