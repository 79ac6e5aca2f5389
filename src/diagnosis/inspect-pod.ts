/**
 * One live pod: whether it carries its sidecar, should carry one, and whether that is up to date. Decided by the
 * webhook's own function, on the pod as it was before its sidecar came. Pure.
 */
import { injectPod } from "../injection/inject.ts";
import type { InjectionContext, InjectionOutcome, NamespaceView } from "../injection/outcome.ts";
import { readPod } from "../injection/read-pod.ts";
import type { InjectReason } from "../injection/reasons.ts";
import type { InjectionStatus } from "../injection/status.ts";
import { readStatus } from "../injection/status.ts";
import { uninjectPod } from "../injection/uninject.ts";
import type { Problem } from "../problem.ts";
import type { Reference } from "./reference.ts";
import { whyStale } from "./reference.ts";

/**
 * - `current`, `stale`: carries a sidecar
 * - `leftover`: carries one and would get none today
 * - `missing`: carries none and would get one today
 * - `refused`: carries none, and would be refused today
 * - `none`: carries none, rightly
 */
export type SidecarState = "current" | "stale" | "leftover" | "missing" | "refused" | "none";

export interface SidecarFinding {
  readonly state: SidecarState;
  /** Of the sidecar that is there. */
  readonly status: InjectionStatus | undefined;
  /** Empty unless the state is `stale`. */
  readonly staleBecause: readonly string[];
  /** What the webhook would make of the pod today. */
  readonly outcome: InjectionOutcome;
}

export interface PodSurroundings {
  readonly namespace: NamespaceView;
  readonly context: InjectionContext;
  readonly reference: Reference;
}

/** The sidecar that a pod carries; undefined for one that carries none of ours. */
export function carriedStatus(pod: unknown): InjectionStatus | undefined {
  const read = readPod(pod);
  return read.ok ? readStatus(read.value) : undefined;
}

/** What is to be said of a pod by the sidecar that it carries or not; cheap, because nearly every pod is as it should be. */
export type SidecarVerdict =
  | { readonly state: "current" | "none" }
  | { readonly state: "stale"; readonly because: readonly string[] }
  | { readonly state: "missing"; readonly reason: InjectReason }
  | { readonly state: "refused"; readonly problems: readonly Problem[] };

/** Judges one pod, as the check, the report and the watchdog do. */
export function judgeSidecar(pod: unknown, { namespace, context, reference }: PodSurroundings): SidecarVerdict {
  const status = carriedStatus(pod);
  if (status !== undefined) {
    const because = whyStale(status, reference);
    return because.length === 0 ? { state: "current" } : { state: "stale", because };
  }
  const outcome = injectPod(pod, namespace, context);
  if (outcome.result === "injected") return { state: "missing", reason: outcome.reason };
  if (outcome.result === "rejected") return { state: "refused", problems: outcome.problems };
  return { state: "none" };
}

function withoutSidecar(outcome: InjectionOutcome): SidecarState {
  switch (outcome.result) {
    case "injected":
      return "missing";
    case "rejected":
      return "refused";
    case "skipped":
      return "none";
  }
}

/** Looks at one pod. */
export function inspectPod(pod: unknown, { namespace, context, reference }: PodSurroundings): SidecarFinding {
  const status = carriedStatus(pod);
  const original = status === undefined ? undefined : uninjectPod(pod);
  const outcome = injectPod(original?.ok === true ? original.value : pod, namespace, context);
  if (status === undefined) return { state: withoutSidecar(outcome), status, staleBecause: [], outcome };
  if (outcome.result === "skipped") return { state: "leftover", status, staleBecause: [], outcome };
  const staleBecause = whyStale(status, reference);
  return { state: staleBecause.length === 0 ? "current" : "stale", status, staleBecause, outcome };
}
