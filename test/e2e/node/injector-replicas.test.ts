/**
 * Replicas of the injector that die or are replaced while pods are created: no pod goes without its sidecar, and whoever
 * tries again gets it.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { currentCluster, runScript } from "../cluster.ts";
import type { LocalCluster } from "../cluster.ts";
import { startPodStream } from "../pod-stream.ts";
import { scenario } from "../scenario.ts";
import { injectorPods, injectorRolledOut, rollInjector } from "./injector-deployment.ts";
import { installedOnNode } from "./installation.ts";
import { nameOf } from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";
import { assertNothingLasting, storedOnly } from "./stored-only.ts";

installedOnNode();
const { local } = currentCluster();

scenario("injector: a rolling update costs no pod its sidecar, and who tries again gets it", async (context) => {
  const stream = await startPodStream(context, storedOnly);
  await eventually("pods are created", () => stream.created() >= 5, 30_000);
  await rollInjector();
  const before = stream.created();
  await eventually("more pods", () => stream.created() >= before + 20, 30_000);
  const report = await stream.stop();
  assertNothingLasting(report);
  context.note(`${report.created} pods created, ${report.failures.length} attempts failed at first`);
});

scenario(
  "injector: kill -9 of one replica costs no pod its sidecar, and who tries again gets it",
  async (context) => {
    if (local === undefined) return;
    const stream = await startPodStream(context, storedOnly);
    await eventually("pods are created", () => stream.created() >= 5, 30_000);
    const victim = (await injectorPods()).find(({ metadata }) => metadata.deletionTimestamp === undefined);
    assert.ok(victim);
    await killContainer(local, victim);
    const before = stream.created();
    await eventually("more pods", () => stream.created() >= before + 40, 30_000);
    const { created, uninjected, failures } = await stream.stop();
    assert.deepEqual(uninjected, []);
    await eventually("the container was started again", async () => (await restartsOf(victim)) > 0, 30_000);
    await injectorRolledOut();
    const lasted = failures.length === 0 ? 0 : (failures.at(-1)?.at ?? 0) - (failures[0]?.at ?? 0);
    context.note(`${created} pods created, ${failures.length} attempts failed at first, over ${lasted} ms`);
  },
  { impossibleBecause: local === undefined ? "the cluster was not started by scripts/cluster" : undefined },
);

async function restartsOf(pod: RunningPod): Promise<number> {
  const now = (await injectorPods()).find((each) => nameOf(each) === nameOf(pod));
  return now?.status.containerStatuses[0]?.restartCount ?? 0;
}

/** Ends the first process of the pod's only container, as running out of memory does. */
async function killContainer({ directory }: LocalCluster, pod: RunningPod): Promise<void> {
  const [container] = pod.status.containerStatuses;
  const id = container?.containerID.replace("containerd://", "") ?? "";
  const socket = `${directory}/containerd/containerd.sock`;
  const kill = ["task", "kill", "--signal", "SIGKILL", id];
  const args = ["ctr", "--address", socket, "--namespace", "k8s.io", ...kill];
  await runScript("in-node.sh", directory, { timeoutMs: 20_000, args });
}
