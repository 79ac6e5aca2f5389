/**
 * The control plane as it runs in the cluster: a Deployment that scenarios scale, kill and wait for, with its logs and its
 * counters.
 */
import { eventually } from "../../eventually.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { kubectlJson, kubectlOk } from "../kubectl.ts";
import { systemNamespace } from "../node/injector-deployment.ts";
import { nameOf } from "../node/running-pods.ts";
import type { RunningPod } from "../node/running-pods.ts";

const deployment = "deployment/outrigger-control-plane";
const shippedReplicas = 2;

/** Its pods, those that are on their way out included. */
export async function controlPlanePods(): Promise<readonly RunningPod[]> {
  const pods = ["-n", systemNamespace, "get", "pods", "-l", "app.kubernetes.io/name=outrigger-control-plane"];
  return (await kubectlJson<{ readonly items: readonly RunningPod[] }>(pods)).items;
}

/** Resolves when every replica is ready. */
export async function controlPlaneRolledOut(): Promise<void> {
  const status = ["-n", systemNamespace, "rollout", "status", deployment, "--timeout=120s"];
  await kubectlOk(status, { timeoutMs: 130_000 });
}

/** Resolves when no replica is left. */
export async function stopControlPlane(): Promise<void> {
  await scale(0);
  await eventually("no replica is left", async () => (await controlPlanePods()).length === 0, 60_000);
}

/** As many replicas as are shipped, all of them ready. */
export async function bringControlPlaneBack(): Promise<void> {
  await scale(shippedReplicas);
  await controlPlaneRolledOut();
}

/** The image that its container runs. */
export async function controlPlaneImage(): Promise<string> {
  const path = "jsonpath={.spec.template.spec.containers[0].image}";
  return kubectlOk(["-n", systemNamespace, "get", deployment, "-o", path]);
}

/** Rolls it to another image; resolves when every replica is ready and the old ones have gone. */
export async function setControlPlaneImage(image: string): Promise<void> {
  await kubectlOk(["-n", systemNamespace, "set", "image", deployment, `control-plane=${image}`]);
  await controlPlaneRolledOut();
  const gone = async (): Promise<boolean> => (await controlPlanePods()).length === shippedReplicas;
  await eventually("the old replicas have gone", gone, 60_000);
}

async function scale(replicas: number): Promise<void> {
  await kubectlOk(["-n", systemNamespace, "scale", deployment, `--replicas=${replicas}`]);
}

/** A line of its log. */
export interface ControlPlaneLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** What all replicas have logged since a moment. */
export async function controlPlaneLog(since: Date): Promise<readonly ControlPlaneLine[]> {
  const texts = (await controlPlanePods()).map(async (pod) =>
    kubectlOk(["-n", systemNamespace, "logs", nameOf(pod), `--since-time=${since.toISOString()}`]),
  );
  const lines = (await Promise.all(texts)).flatMap((text) => text.split("\n").filter((line) => line !== ""));
  return lines.map((line) => JSON.parse(line) as ControlPlaneLine);
}

/** A counter's sum over the replicas; `series` is a name with all its labels, as Prometheus writes it. */
export async function controlPlaneCounter(series: string): Promise<number> {
  const client = await kubernetesClient();
  const values = (await controlPlanePods()).map(async (pod) => {
    const path = `/api/v1/namespaces/${systemNamespace}/pods/${nameOf(pod)}:8080/proxy/metrics`;
    const { text } = await client.request("GET", path);
    const line = text.split("\n").find((each) => each.startsWith(`${series} `));
    return line === undefined ? 0 : Number(line.slice(series.length));
  });
  return (await Promise.all(values)).reduce((sum, value) => sum + value, 0);
}
