/**
 * The shipped manifests on a cluster that runs pods: the injector comes up by itself and is asked through its Service.
 */
import assert from "node:assert/strict";
import { before } from "node:test";
import { eventually } from "../../eventually.ts";
import { kubectl, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { hasSidecar } from "../stored-pod.ts";
import { toolsPod } from "./application.ts";
import { injectorPods, injectorRolledOut, systemNamespace } from "./injector-deployment.ts";
import { applyManifests, installOnNode, uninstallFromNode } from "./installation.ts";
import { nameOf, run, runningPod, showPodsOnFailure } from "./running-pods.ts";

/** What a user names behind `-k`. */
const manifestsFolder = new URL("../../../manifests", import.meta.url).pathname;

before(uninstallFromNode);

scenario(
  "installation: a pod created at once is refused, in words that say so, until the webhook answers",
  async (c) => {
    showPodsOnFailure(c, systemNamespace);
    const namespace = await c.namespaces.create(injectionEnabled);
    const start = performance.now();
    await applyManifests();
    const refusals = await createStubbornly(namespace);
    c.note(
      `from kubectl apply to the first injected pod: ${seconds(performance.now() - start)}, ${refusals.length} refusals`,
    );
    for (const refusal of refusals) {
      assert.match(refusal, /failed calling webhook "namespace\.injection\.outrigger\.dev"/);
    }
    assert.ok(hasSidecar(await runningPod(namespace, "tools")));
  },
);

/** Tries again as a controller does; gives the words of each refusal. */
async function createStubbornly(namespace: string): Promise<readonly string[]> {
  const refusals: string[] = [];
  const created = async (): Promise<boolean> => {
    const { code, stderr } = await kubectl(["-n", namespace, "create", "-f", "-"], { input: toolsPod("tools") });
    if (code !== 0) refusals.push(stderr);
    return code === 0;
  };
  await eventually("a pod is created", created, 60_000);
  return refusals;
}

scenario("installation: both replicas become ready by themselves", async () => {
  await injectorRolledOut();
  assert.equal((await injectorPods()).length, 2);
});

scenario("installation: the API server calls the Service, and the injected pod runs", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  await installOnNode();
  showPodsOnFailure(context, namespace);
  await run(namespace, toolsPod("tools"));
  const pod = await runningPod(namespace, "tools");
  assert.ok(hasSidecar(pod));
  const { initContainerStatuses = [], containerStatuses } = pod.status;
  assert.deepEqual(
    [...initContainerStatuses, ...containerStatuses].map(({ name, ready }) => [name, ready]),
    [
      ["outrigger-proxy", true],
      ["outrigger-init", true],
      ["tools", true],
    ],
  );
});

async function podNames(): Promise<readonly string[]> {
  return (await injectorPods()).map(nameOf).sort();
}

scenario("installation: applying it again restarts nothing", async () => {
  const earlier = await podNames();
  await installOnNode();
  assert.deepEqual(await podNames(), earlier);
});

scenario("installation: `kubectl apply -k manifests` is the same installation", async () => {
  const earlier = await podNames();
  const { code, stdout } = await kubectl(["diff", "--server-side", "--force-conflicts", "-k", manifestsFolder]);
  assert.equal(code, 0, stdout);
  await kubectlOk(["apply", "--server-side", "--force-conflicts", "-k", manifestsFolder]);
  assert.deepEqual(await podNames(), earlier);
});

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
