/**
 * Evicts a pod: the API server deletes it, unless a PodDisruptionBudget is against it.
 */
import type { KubernetesApi } from "../kubernetes/api.ts";
import { ApiError } from "../kubernetes/api.ts";
import type { NakedPod } from "./naked-pod.ts";

/**
 * - `evicted`: it is on its way out
 * - `protected`: a PodDisruptionBudget does not allow it now
 * - `changed`: it is gone, or another pod has its name
 * - `forbidden`: the injector has no right to evict
 */
export type EvictionResult = "evicted" | "protected" | "changed" | "forbidden";

/** Source: Kubernetes, "API-initiated eviction": 429 for a budget; 409 where the precondition fails. */
const results: Readonly<Record<number, EvictionResult>> = {
  403: "forbidden",
  404: "changed",
  409: "changed",
  429: "protected",
};

/**
 * Evicts exactly this pod and none that has taken its name since.
 *
 * @throws ApiError for other refusals; an ordinary Error where the API server did not answer
 */
export async function evictPod(
  api: Pick<KubernetesApi, "request">,
  { namespace, name, uid }: NakedPod,
): Promise<EvictionResult> {
  const body = {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { namespace, name },
    deleteOptions: { preconditions: { uid } },
  };
  try {
    await api.request({ method: "POST", path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body });
    return "evicted";
  } catch (error) {
    const result = error instanceof ApiError ? results[error.status] : undefined;
    if (result === undefined) throw error;
    return result;
  }
}
