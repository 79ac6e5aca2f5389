/**
 * Finds the workloads whose pods carry a sidecar of another version or mesh config, and reads what they are.
 */
import { carriedStatus } from "../diagnosis/inspect-pod.ts";
import { livePods } from "../diagnosis/read-cluster.ts";
import type { Reference } from "../diagnosis/reference.ts";
import { whyStale } from "../diagnosis/reference.ts";
import { injectedLabel } from "../injection/keys.ts";
import { findObject } from "../installation/apply-object.ts";
import { findResource, objectPath } from "../installation/manifest.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { describeOwner } from "../workloads/describe-owner.ts";
import type { WorkloadObject } from "../workloads/rollout-progress.ts";
import type { FoundWorkload, StaleWorkload } from "./plan-restart.ts";
import { describeStale, isRestartable } from "./plan-restart.ts";

/** Stale pods by workload, in the order of their names; of one namespace, or of all. */
export async function findStale(
  api: KubernetesApi,
  namespace: string | undefined,
  reference: Reference,
): Promise<readonly StaleWorkload[]> {
  const found = new Map<string, StaleWorkload>();
  for await (const pod of livePods(api, namespace, `${injectedLabel}=true`)) {
    const status = carriedStatus(pod);
    const reasons = status === undefined ? [] : whyStale(status, reference);
    if (reasons.length === 0) continue;
    const workload = describeOwner(pod);
    const stale = { namespace: pod.metadata?.namespace ?? "", workload, because: reasons.join(", ") };
    const key = describeStale({ ...stale, pods: 0 });
    found.set(key, { ...stale, pods: (found.get(key)?.pods ?? 0) + 1 });
  }
  return [...found.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, stale]) => stale);
}

/** The path of a restartable workload. */
export function workloadPath({ namespace, workload }: StaleWorkload): string {
  const { apiVersion, kind, name } = workload;
  return objectPath({ apiVersion, kind, metadata: { name, namespace } });
}

/** Each workload with its object. */
export async function readWorkloads(
  api: KubernetesApi,
  stale: readonly StaleWorkload[],
): Promise<readonly FoundWorkload[]> {
  return Promise.all(
    stale.map(async (workload) => {
      const known = isRestartable(workload.workload) && findResource(workload.workload) !== undefined;
      if (!known) return { ...workload, object: undefined };
      const object = await findObject<WorkloadObject>(api, workloadPath(workload));
      return { ...workload, object };
    }),
  );
}
