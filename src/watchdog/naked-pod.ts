/**
 * A running pod that should carry a sidecar and doesn't, as far as it matters whether it may be evicted. Pure.
 */
import { watchdogKey } from "../injection/keys.ts";
import type { InjectReason } from "../injection/reasons.ts";
import type { OwnerReference } from "../kubernetes/pod.ts";
import type { LivePod } from "../workloads/why-not-ready.ts";

/** A pod with what only a stored one has. */
export interface StoredPod extends LivePod {
  readonly metadata?: LivePod["metadata"] & { readonly uid?: string; readonly creationTimestamp?: string };
}

export interface NakedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Milliseconds since the epoch; whole seconds, as the API server keeps it. */
  readonly createdAt: number;
  readonly controller: OwnerReference | undefined;
  /** Why it should carry a sidecar. */
  readonly reason: InjectReason;
  /** Whether it is started again for ever, and never has done its work. */
  readonly runsForever: boolean;
  /** Whether the pod itself keeps the watchdog away. */
  readonly optedOut: boolean;
  /** Whether the pod asks not to be evicted by anybody. */
  readonly safeToEvict: boolean;
}

/** Read by the cluster autoscaler and others. Source: kubernetes/autoscaler, FAQ. */
const safeToEvictAnnotation = "cluster-autoscaler.kubernetes.io/safe-to-evict";

type Keyed = Readonly<Record<string, string>> | undefined;

/** Whether annotations keep the watchdog away: a value that says neither does so too. */
export function isOptedOut(annotations: Keyed): boolean {
  return (annotations?.[watchdogKey] ?? "true") !== "true";
}

/** The owner that makes the pod anew when it is gone. */
export function controllerOfStored({ metadata }: StoredPod): OwnerReference | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/** What is kept of such a pod. */
export function nakedPod(pod: StoredPod, reason: InjectReason): NakedPod {
  const { metadata, spec } = pod;
  return {
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    uid: metadata?.uid ?? "",
    createdAt: Date.parse(metadata?.creationTimestamp ?? ""),
    controller: controllerOfStored(pod),
    reason,
    runsForever: (spec.restartPolicy ?? "Always") === "Always",
    optedOut: isOptedOut(metadata?.annotations),
    safeToEvict: metadata?.annotations?.[safeToEvictAnnotation] !== "false",
  };
}
