/**
 * The sidecars that run, by the workloads that they belong to: what an installation or a removal must not break.
 */
import { carriedStatus } from "../diagnosis/inspect-pod.ts";
import { livePods } from "../diagnosis/read-cluster.ts";
import { describeWorkloadOf } from "../diagnosis/survey-pods.ts";
import { OutriggerError } from "../errors.ts";
import { injectedLabel } from "../injection/keys.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";

/** How a sidecar works: by itself, or by what a control plane sends it. */
export type SidecarKind = "standalone" | "mesh";

/** `Deployment shop/web` → how many of its pods carry a sidecar. */
export type SidecarCounts = ReadonlyMap<string, number>;

/** Pods that carry a sidecar of that kind, or of any, counted by workload and sorted by its name. */
export async function countSidecars(api: KubernetesApi, kind?: SidecarKind): Promise<SidecarCounts> {
  const counts = new Map<string, number>();
  for await (const pod of livePods(api, undefined, `${injectedLabel}=true`)) {
    const status = carriedStatus(pod);
    const found: SidecarKind = status?.mesh === undefined ? "standalone" : "mesh";
    if (kind !== undefined && (status === undefined || found !== kind)) continue;
    const workload = describeWorkloadOf(pod);
    counts.set(workload, (counts.get(workload) ?? 0) + 1);
  }
  return new Map([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** How many pods that is. */
export function totalOf(counts: SidecarCounts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** `one pod`, `2 pods`. */
export function describePods(counts: SidecarCounts): string {
  const total = totalOf(counts);
  return total === 1 ? "one pod" : `${total} pods`;
}

/** More workloads than these are a number. */
const mostWorkloads = 20;

/** One line for each workload; of many, the first and how many more there are. */
export function describeCounts(counts: SidecarCounts): readonly string[] {
  const lines = [...counts].map(([workload, count]) => `${workload} (${count})`);
  const more = lines.length - mostWorkloads;
  return [...lines.slice(0, mostWorkloads), ...(more > 0 ? [`and ${more} more workloads`] : [])];
}

/**
 * Makes sure that no sidecar is left that needs the control plane: for its certificate, which expires within a day, and for all
 * that it has when its container starts anew.
 *
 * @throws OutriggerError `OUTRIGGER_CONTROL_PLANE_IN_USE`
 */
export async function assertControlPlaneUnused(api: KubernetesApi): Promise<void> {
  const counts = await countSidecars(api, "mesh");
  if (counts.size === 0) return;
  const lines = describeCounts(counts).map((line) => `\n  ${line}`);
  throw new OutriggerError("OUTRIGGER_CONTROL_PLANE_IN_USE", `those of ${describePods(counts)}${lines.join("")}`);
}
