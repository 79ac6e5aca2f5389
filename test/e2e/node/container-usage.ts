/**
 * What a container uses, by the kubelet's own figures: those that evictions and autoscalers go by.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { kubernetesClient } from "../kubernetes-client.ts";

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

/** Source: kubelet API, `stats/v1alpha1.Summary`. */
interface StatsSummary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers?: readonly ContainerStats[];
  }[];
}

interface ContainerStats {
  readonly name: string;
  readonly cpu?: { readonly time: string; readonly usageCoreNanoSeconds?: number };
  readonly memory?: { readonly rssBytes?: number; readonly workingSetBytes?: number };
}

async function currentUsage({ node, namespace, pod, container }: ContainerOfPod): Promise<ContainerUsage | undefined> {
  const client = await kubernetesClient();
  const { pods } = await client.ok<StatsSummary>("GET", `/api/v1/nodes/${node}/proxy/stats/summary`);
  const { containers = [] } = pods.find(({ podRef }) => podRef.namespace === namespace && podRef.name === pod) ?? {};
  const { cpu, memory } = containers.find(({ name }) => name === container) ?? {};
  const { rssBytes, workingSetBytes } = memory ?? {};
  if (cpu?.usageCoreNanoSeconds === undefined || rssBytes === undefined || workingSetBytes === undefined) {
    return undefined;
  }
  return {
    cpuSeconds: cpu.usageCoreNanoSeconds / 1e9,
    readAt: Date.parse(cpu.time) / 1_000,
    anonymous: rssBytes,
    workingSet: workingSetBytes,
  };
}

/**
 * Figures that the kubelet has read after this moment (seconds since the epoch); it looks every ten to twenty seconds.
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
