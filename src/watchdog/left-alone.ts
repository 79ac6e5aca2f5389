/**
 * Which naked pods are left alone, and why. The first rule that has an answer decides; evicted is what no rule protects.
 *
 *   opted-out              the pod or its namespace keeps the watchdog away
 *   unsafe-to-evict        the pod asks not to be evicted by anybody
 *   no-controller          nobody would make it anew
 *   ends-by-itself         a Job's pod and the like: its work would be lost, or done twice
 *   foreign-controller     who knows whether and how it would be made anew
 *   too-young              its controller may be in the middle of something
 *   before-its-label       it may be older than the wish for sidecars; whoever labels a namespace chooses when to restart
 *   came-naked-again       one of its controller was evicted in vain: no other would come back otherwise
 *   siblings-not-ready     another pod of its controller is missing already
 */
import type { OwnerReference } from "../kubernetes/pod.ts";
import type { NakedPod } from "./naked-pod.ts";

export const leftAloneReasons = {
  "opted-out": 'the pod or its namespace is annotated outrigger.dev/watchdog: "false"',
  "unsafe-to-evict": 'the pod is annotated cluster-autoscaler.kubernetes.io/safe-to-evict: "false"',
  "no-controller": "no controller would make it anew",
  "ends-by-itself": "it ends by itself, and its work would be lost",
  "foreign-controller": "its controller is none of Kubernetes' own",
  "too-young": "it is younger than watchdog.minimumAgeSeconds",
  "before-its-label": "it may have been made before anything asked for a sidecar",
  "came-naked-again": "a pod of its controller that was evicted came back without a sidecar",
  "siblings-not-ready": "another pod of its controller is not ready",
} as const;

export type LeftAloneReason = keyof typeof leftAloneReasons;

/** What the rules look at beside the pod. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly minimumAgeMs: number;
  /** The pod's namespace, as it is now; undefined where it could not be read. */
  readonly namespace: WatchedNamespace | undefined;
  /** How many pods of the controller with this uid are not ready, the pod itself not counted. */
  readonly unreadySiblings: number;
  /** Whether a pod of its controller that was evicted came back without a sidecar. */
  readonly evictedInVain: boolean;
}

export interface WatchedNamespace {
  readonly optedOut: boolean;
  /** Since when its label asks for sidecars; undefined where that is not known. */
  readonly labelledSince: number | undefined;
}

type Rule = (pod: NakedPod, surroundings: Surroundings) => LeftAloneReason | undefined;

/** Controllers that keep so many pods running whatever becomes of one. A Deployment's pods are those of a ReplicaSet. */
const keepers: readonly string[] = ["apps/ReplicaSet", "apps/StatefulSet", "apps/DaemonSet", "/ReplicationController"];

function isKeeper({ apiVersion, kind }: OwnerReference): boolean {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return keepers.includes(`${group}/${kind}`);
}

const controlled: Rule = ({ controller, runsForever }) => {
  if (controller === undefined) return "no-controller";
  if (!runsForever || controller.kind === "Job") return "ends-by-itself";
  return isKeeper(controller) ? undefined : "foreign-controller";
};

/** Of the reasons for a sidecar, only these two can be told to have been there when the pod was made. */
const askedAtBirth: Rule = ({ reason, createdAt }, { namespace }) => {
  if (reason === "pod-opt-in") return undefined;
  const since = reason === "namespace-enabled" ? namespace?.labelledSince : undefined;
  return since !== undefined && createdAt >= since ? undefined : "before-its-label";
};

const rules: readonly Rule[] = [
  ({ optedOut }, { namespace }) => (optedOut || namespace?.optedOut === true ? "opted-out" : undefined),
  ({ safeToEvict }) => (safeToEvict ? undefined : "unsafe-to-evict"),
  controlled,
  // A pod whose time of birth cannot be read is never old enough.
  ({ createdAt }, { now, minimumAgeMs }) => (now - createdAt >= minimumAgeMs ? undefined : "too-young"),
  askedAtBirth,
  (_pod, { evictedInVain }) => (evictedInVain ? "came-naked-again" : undefined),
  (_pod, { unreadySiblings }) => (unreadySiblings > 0 ? "siblings-not-ready" : undefined),
];

/** Why a naked pod is left alone; undefined for one that may be evicted. */
export function whyLeftAlone(pod: NakedPod, surroundings: Surroundings): LeftAloneReason | undefined {
  for (const rule of rules) {
    const reason = rule(pod, surroundings);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
