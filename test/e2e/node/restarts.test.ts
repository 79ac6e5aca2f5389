/**
 * The API server, or the whole node, goes away and comes back: nothing of it lasts, and no pod is created without its
 * sidecar.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { currentCluster, restartApiServer, restartNode } from "../cluster.ts";
import { startPodStream } from "../pod-stream.ts";
import { scenario } from "../scenario.ts";
import type { ScenarioContext, ScenarioOptions } from "../scenario.ts";
import { injectorRolledOut, webhookAnswers } from "./injector-deployment.ts";
import { installedOnNode } from "./installation.ts";
import { expectPairTraffic, pairAnswers, startPair } from "./running-pair.ts";
import { runningPod, showPodsOnFailure } from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";
import { storedOnly } from "./stored-only.ts";

installedOnNode();
const { local } = currentCluster();

const options: ScenarioOptions = {
  timeoutMs: 240_000,
  impossibleBecause: local === undefined ? "the cluster was not started by scripts/cluster" : undefined,
};

/** Creates pods while `outage` happens and a while after it. */
async function throughOutage(context: ScenarioContext, outage: () => Promise<void>): Promise<void> {
  const stream = await startPodStream(context, storedOnly);
  await eventually("pods are created", () => stream.created() >= 5, 30_000);
  await outage();
  const before = stream.created();
  await eventually("pods are created again", () => stream.created() >= before + 25, 60_000);
  const { created, uninjected, failures } = await stream.stop();
  assert.deepEqual(uninjected, []);
  assert.ok(failures.length > 0, "nothing was ever away");
  context.note(`${created} pods created, ${failures.length} attempts failed meanwhile`);
}

async function pairIn(context: ScenarioContext): Promise<string> {
  const namespace = await startPair(context.namespaces);
  showPodsOnFailure(context, namespace);
  return namespace;
}

scenario(
  "restart of the API server: no pod goes uninjected, and pods that run notice nothing",
  async (context) => {
    if (local === undefined) return;
    const namespace = await pairIn(context);
    await throughOutage(context, async () => restartApiServer(local, 2));
    await expectPairTraffic(namespace);
    assert.equal(restarts(await runningPod(namespace, "client")), 0);
    await injectorRolledOut();
    await webhookAnswers();
  },
  options,
);

scenario(
  "restart of the node: the injector and injected pods come back by themselves, and no pod goes uninjected",
  async (context) => {
    if (local === undefined) return;
    const namespace = await pairIn(context);
    const start = performance.now();
    await throughOutage(context, async () => restartNode(local, 2));
    await eventually(
      "every container was started again",
      async () => isBack(await runningPod(namespace, "client")),
      60_000,
    );
    // The cluster's DNS comes back in its own time.
    await eventually("traffic passes", async () => pairAnswers(namespace), 30_000);
    context.note(`traffic passes ${((performance.now() - start) / 1000).toFixed(1)} s after the power was cut`);
    await expectPairTraffic(namespace);
    await injectorRolledOut();
    await webhookAnswers();
  },
  options,
);

/** Of all containers of a pod. */
function restarts({ status: { initContainerStatuses = [], containerStatuses } }: RunningPod): number {
  return [...initContainerStatuses, ...containerStatuses].reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** Whether it was started anew. The kubelet counts that for the application's containers, not for those before them. */
function isBack({ status: { initContainerStatuses = [], containerStatuses } }: RunningPod): boolean {
  return (
    containerStatuses.every(({ restartCount }) => restartCount > 0) &&
    [...initContainerStatuses, ...containerStatuses].every(({ ready }) => ready)
  );
}
