/**
 * What is to be done about each naked pod, and which of them may be evicted next. Pure.
 */
import type { NamespaceView } from "../injection/outcome.ts";
import type { EvictionMemory } from "./eviction-memory.ts";
import { labelledSince } from "./labelled-since.ts";
import type { ManagedObject } from "./labelled-since.ts";
import type { LeftAloneReason, WatchedNamespace } from "./left-alone.ts";
import { whyLeftAlone } from "./left-alone.ts";
import type { NakedPod } from "./naked-pod.ts";
import { isOptedOut } from "./naked-pod.ts";
import type { PodCensus } from "./pod-census.ts";
import { countUnreadySiblings } from "./pod-census.ts";

export interface JudgedPod {
  readonly pod: NakedPod;
  /** Undefined where it may be evicted. */
  readonly leftAlone: LeftAloneReason | undefined;
}

export interface JudgeInput {
  readonly census: PodCensus;
  /** The namespaces of naked pods, by name; those that could not be read are missing. */
  readonly namespaces: ReadonlyMap<string, WatchedNamespace>;
  readonly memory: Pick<EvictionMemory, "evictedAt">;
  readonly minimumAgeMs: number;
  readonly now: number;
}

/** What counts of a namespace, read from the API server. */
export function watchedNamespace(object: ManagedObject): WatchedNamespace {
  const annotations: NamespaceView["annotations"] | undefined = object.metadata?.annotations;
  return { optedOut: isOptedOut(annotations), labelledSince: labelledSince(object) };
}

/** Uids of controllers that have made another naked pod in the place of one that was evicted. */
function evictedInVain({ naked }: PodCensus, memory: JudgeInput["memory"], now: number): ReadonlySet<string> {
  const cameAgain = naked.filter(({ controller, createdAt }) => {
    const evictedAt = memory.evictedAt(controller?.uid ?? "", now);
    // The API server keeps whole seconds: one made in the second of the eviction was made after it.
    return evictedAt !== undefined && createdAt >= Math.floor(evictedAt / 1_000) * 1_000;
  });
  return new Set(cameAgain.map(({ controller }) => controller?.uid ?? ""));
}

/** Judges every naked pod, in the order of the census. */
export function judgeNaked({ census, namespaces, memory, minimumAgeMs, now }: JudgeInput): readonly JudgedPod[] {
  const inVain = evictedInVain(census, memory, now);
  return census.naked.map((pod) => {
    const leftAlone = whyLeftAlone(pod, {
      now,
      minimumAgeMs,
      namespace: namespaces.get(pod.namespace),
      unreadySiblings: countUnreadySiblings(census, pod),
      evictedInVain: inVain.has(pod.controller?.uid ?? ""),
    });
    return { pod, leftAlone };
  });
}

/** Those that may be evicted, oldest first, one of each controller that is not put off. */
export function nextEvictions(
  judged: readonly JudgedPod[],
  memory: Pick<EvictionMemory, "isPutOff">,
  now: number,
): readonly NakedPod[] {
  const oldestFirst = judged
    .filter(({ leftAlone }) => leftAlone === undefined)
    .map(({ pod }) => pod)
    .sort((one, other) => one.createdAt - other.createdAt || (one.uid < other.uid ? -1 : 1));
  const byController = new Map<string, NakedPod>();
  for (const pod of oldestFirst) {
    const controller = pod.controller?.uid ?? "";
    if (!byController.has(controller) && !memory.isPutOff(controller, now)) byController.set(controller, pod);
  }
  return [...byController.values()];
}
