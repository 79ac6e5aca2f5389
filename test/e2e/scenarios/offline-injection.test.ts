/**
 * `outrigger inject`: the sidecar in the manifest instead of in the cluster, and what the webhook makes of such a manifest.
 */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { eventually } from "../../eventually.ts";
import { comparable } from "../comparable-pod.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { shippedMeshConfig } from "../install.ts";
import { kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { outrigger } from "../outrigger-command.ts";
import type { PodOptions } from "../pods.ts";
import { plainPod } from "../pods.ts";
import { runDirectory } from "../process-record.ts";
import { scenario } from "../scenario.ts";
import { containerNames, containerOf, createPod, hasSidecar, podsOfApp, proxyArgument } from "../stored-pod.ts";
import { deployment } from "../workloads.ts";

injectorOfFile({ replicas: 1 });

const probed: PodOptions = {
  annotations: { "outrigger.dev/proxy-concurrency": "3" },
  spec: {
    containers: [
      {
        name: "app",
        image: "registry.example/app:1.0",
        ports: [{ name: "http", containerPort: 8080 }],
        readinessProbe: { httpGet: { path: "/ready", port: "http" } },
      },
    ],
  },
};

async function configFile(text: string): Promise<string> {
  await mkdir(runDirectory(), { recursive: true });
  const file = join(runDirectory(), `offline-${process.pid}.yaml`);
  await writeFile(file, text);
  return file;
}

async function apply(namespace: string, manifest: string): Promise<void> {
  await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input: manifest });
}

async function onlyPod(namespace: string): Promise<Pod> {
  await eventually("the pod", async () => (await podsOfApp(namespace, "web")).length === 1);
  const [pod] = await podsOfApp(namespace, "web");
  assert.ok(pod, "the pod is gone");
  return pod;
}

/** What the webhook is not asked about: here the API server stores what it is given. */
const disabled = { labels: { "outrigger.dev/injection": "disabled" } };

scenario("offline: inject | kubectl apply gives the sidecar that the webhook gives", async ({ namespaces }) => {
  const labelled = await namespaces.create(injectionEnabled);
  const unlabelled = await namespaces.create();
  const manifest = deployment("web", probed);
  await apply(labelled, JSON.stringify(manifest));
  const config = await configFile(await shippedMeshConfig());
  await apply(unlabelled, await outrigger(["inject", "-f", "-", "--config", config], manifest));
  const [byWebhook, byCommand] = [await onlyPod(labelled), await onlyPod(unlabelled)];
  assert.ok(hasSidecar(byCommand));
  assert.deepEqual(comparable(byCommand.spec), comparable(byWebhook.spec));
});

scenario("offline: a manifest that is injected already stays as it is in a labelled namespace", async (context) => {
  const config = await configFile(await shippedMeshConfig());
  const injected = JSON.parse(
    await outrigger(["inject", "-f", "-", "--config", config], plainPod("web", probed)),
  ) as Pod;
  const asItIs = await createPod(await context.namespaces.create(disabled), injected);
  const asked = await createPod(await context.namespaces.create(injectionEnabled), injected);
  assert.deepEqual(comparable(asked.spec), comparable(asItIs.spec));
  assert.deepEqual(asked.metadata?.labels, asItIs.metadata?.labels);
});

scenario("offline: one that an older mesh config made is brought up to date", async ({ namespaces }) => {
  const labelled = await namespaces.create(injectionEnabled);
  const older = "proxy:\n  defaults:\n    proxy-log-level: debug\n    proxy-cpu-request: 10m\n";
  const config = await configFile(`${await shippedMeshConfig()}${older}`);
  await apply(labelled, await outrigger(["inject", "-f", "-", "--config", config], deployment("web", probed)));
  const pod = await onlyPod(labelled);
  assert.equal(proxyArgument(pod, "--log-level"), "warning");
  assert.equal(proxyArgument(pod, "--concurrency"), "3", "the pod's own annotation");
  assert.equal(containerOf(pod, "outrigger-proxy").resources?.requests?.["cpu"], "50m");
});

scenario("offline: uninject gives the application's pod back", async ({ namespaces }) => {
  const namespace = await namespaces.create(disabled);
  const original = plainPod("web", probed);
  const injected = await outrigger(["inject", "-f", "-"], original);
  const restored = JSON.parse(await outrigger(["uninject", "-f", "-"], injected)) as object;
  assert.deepEqual(restored, original);
  const pod = await createPod(namespace, restored);
  assert.deepEqual(containerNames(pod), { init: [], app: ["app"] });
});
