/**
 * One look at every pod of the cluster: how many carry an outdated sidecar or none, by namespace, and what must be known of
 * those without. Ten thousand pods pass one by one; only what is wrong is kept.
 */
import { judgeSidecar } from "../diagnosis/inspect-pod.ts";
import type { InjectionContext, NamespaceView } from "../injection/outcome.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { listPages } from "../kubernetes/list-pages.ts";
import { isReady } from "../workloads/why-not-ready.ts";
import type { NakedPod, StoredPod } from "./naked-pod.ts";
import { controllerOfStored, nakedPod } from "./naked-pod.ts";

export interface PodCensus {
  /** Namespace -> pods whose sidecar is of another version or mesh config than a new one would be. */
  readonly stale: ReadonlyMap<string, number>;
  readonly naked: readonly NakedPod[];
  /** Uids of the pods that are not ready or on their way out, by the uid of their controller. */
  readonly unready: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Every pod that has not done its work, page by page; also those on their way out. */
export async function* storedPods(api: KubernetesApi): AsyncGenerator<StoredPod> {
  const query = { fieldSelector: "status.phase!=Succeeded,status.phase!=Failed" };
  for await (const { items } of listPages(api, { path: "/api/v1/pods", query })) yield* items as readonly StoredPod[];
}

/**
 * Counts them.
 *
 * @param namespace undefined for a namespace so new that nothing is known of it yet: its pods are passed over
 * @param context what the webhook decides by now
 */
export async function takeCensus(
  pods: AsyncIterable<StoredPod> | Iterable<StoredPod>,
  namespace: (name: string) => NamespaceView | undefined,
  context: InjectionContext,
): Promise<PodCensus> {
  const stale = new Map<string, number>();
  const naked: NakedPod[] = [];
  const unready = new Map<string, Set<string>>();
  for await (const pod of pods) {
    const home = namespace(pod.metadata?.namespace ?? "");
    if (home === undefined) continue;
    const leaves = pod.metadata?.deletionTimestamp !== undefined;
    const controller = controllerOfStored(pod)?.uid;
    if (controller !== undefined && (leaves || !isReady(pod))) {
      unready.set(controller, (unready.get(controller) ?? new Set()).add(pod.metadata?.uid ?? ""));
    }
    if (leaves) continue;
    const verdict = judgeSidecar(pod, { namespace: home, context, reference: context });
    if (verdict.state === "stale") stale.set(home.name, (stale.get(home.name) ?? 0) + 1);
    if (verdict.state === "missing") naked.push(nakedPod(pod, verdict.reason));
  }
  return { stale, naked, unready };
}

/** Namespace -> naked pods. */
export function countNaked({ naked }: PodCensus): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { namespace } of naked) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  return counts;
}

/** How many other pods of the same controller are not ready. */
export function countUnreadySiblings({ unready }: PodCensus, { uid, controller }: NakedPod): number {
  const pods = unready.get(controller?.uid ?? "");
  return pods === undefined ? 0 : pods.size - (pods.has(uid) ? 1 : 0);
}
