/**
 * The shipped manifests on a cluster that runs pods: the injector comes up by itself and is asked through its Service.
 */
import assert from "node:assert/strict";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { kubectlJson } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { hasSidecar } from "../stored-pod.ts";
import { toolsPod } from "./application.ts";
import { installOnNode } from "./installation.ts";
import { run, runningPod, showPodsOnFailure } from "./running-pods.ts";

const selector = ["-l", "app.kubernetes.io/name=outrigger-injector"];

scenario("installation: both replicas become ready by themselves", async (context) => {
  showPodsOnFailure(context, "outrigger-system");
  const start = performance.now();
  await installOnNode();
  context.note(`from kubectl apply to two ready replicas: ${seconds(performance.now() - start)}`);
  const { items } = await kubectlJson<{ readonly items: readonly Pod[] }>([
    ...["-n", "outrigger-system", "get", "pods", ...selector],
  ]);
  assert.equal(items.length, 2);
});

scenario("installation: the API server calls the Service, and the injected pod runs", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  await run(namespace, toolsPod("tools"));
  const pod = await runningPod(namespace, "tools");
  assert.ok(hasSidecar(pod));
  const { initContainerStatuses = [], containerStatuses } = pod.status;
  assert.deepEqual(
    [...initContainerStatuses, ...containerStatuses].map(({ name, ready }) => [name, ready]),
    [
      ["outrigger-init", true],
      ["outrigger-proxy", true],
      ["tools", true],
    ],
  );
});

scenario("installation: applying it again restarts nothing", async () => {
  const before = await podNames();
  await installOnNode();
  assert.deepEqual(await podNames(), before);
});

async function podNames(): Promise<readonly (string | undefined)[]> {
  const pods = ["-n", "outrigger-system", "get", "pods", ...selector];
  const { items } = await kubectlJson<{ readonly items: readonly Pod[] }>(pods);
  return items.map(({ metadata }) => metadata?.name).sort();
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
