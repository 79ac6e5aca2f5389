/**
 * What a container uses, by the kubelet's own figures (cAdvisor): the same that `kubectl top` and autoscalers see.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { kubernetesClient } from "../../e2e/kubernetes-client.ts";

export interface ContainerUsage {
  /** CPU seconds since the container's start, and when they were read, in seconds since the epoch. */
  readonly cpuSeconds: number;
  readonly readAt: number;
  /** Bytes of anonymous memory. */
  readonly anonymous: number;
  /** Bytes that a limit and an eviction look at: anonymous memory and the file pages in use. */
  readonly workingSet: number;
}

export interface ContainerOfPod {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The latest figures; undefined before the kubelet has looked at the container. */
async function currentUsage(place: ContainerOfPod): Promise<ContainerUsage | undefined> {
  const client = await kubernetesClient();
  const { text } = await client.request("GET", `/api/v1/nodes/${place.node}/proxy/metrics/cadvisor`);
  const read = (metric: string): { readonly value: number; readonly at: number } | undefined => {
    const line = text.split("\n").find((candidate) => isOf(candidate, metric, place));
    const [value, at] = (line?.slice(line.lastIndexOf("}") + 1).trim() ?? "").split(" ").map(Number);
    return value === undefined || at === undefined ? undefined : { value, at: at / 1_000 };
  };
  const cpu = read("container_cpu_usage_seconds_total");
  const anonymous = read("container_memory_rss");
  const workingSet = read("container_memory_working_set_bytes");
  if (cpu === undefined || anonymous === undefined || workingSet === undefined) return undefined;
  return { cpuSeconds: cpu.value, readAt: cpu.at, anonymous: anonymous.value, workingSet: workingSet.value };
}

function isOf(line: string, metric: string, { namespace, pod, container }: ContainerOfPod): boolean {
  if (!line.startsWith(`${metric}{`)) return false;
  return [`namespace="${namespace}"`, `pod="${pod}"`, `container="${container}"`].every((label) =>
    line.includes(label),
  );
}

/**
 * Figures that the kubelet has read after this moment; it looks every ten to twenty seconds.
 *
 * @throws Error where there are none within a minute
 */
export async function usageAfter(moment: number, place: ContainerOfPod): Promise<ContainerUsage> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const usage = await currentUsage(place);
    if (usage !== undefined && usage.readAt >= moment) return usage;
    await sleep(1_000);
  }
  throw new Error(`the kubelet shows no figures for ${place.container} of ${place.namespace}/${place.pod}`);
}

/** Share of one core between two readings, in thousandths. */
export function millicores(from: ContainerUsage, to: ContainerUsage): number {
  return ((to.cpuSeconds - from.cpuSeconds) / (to.readAt - from.readAt)) * 1_000;
}
