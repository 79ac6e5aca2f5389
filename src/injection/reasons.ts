/**
 * Why a pod is injected or not: a closed set of codes. Each is the same string in the response, the log, the metric
 * label, the Event, the audit annotation and `outrigger explain`, and has one sentence for people.
 */

export const skipReasons = {
  "host-network": "the pod uses the node's network, where capture would redirect the whole node's traffic",
  "mirror-pod": "the pod mirrors a static pod that a kubelet already runs; changing the mirror changes nothing",
  "windows-pod": "the pod runs on Windows, where iptables does not exist",
  "system-namespace": "the namespace belongs to Kubernetes or to the mesh itself",
  "namespace-disabled": "the namespace is labelled outrigger.dev/injection: disabled, which is final",
  "other-mesh": "the pod already carries another mesh's sidecar",
  "pod-opt-out": 'the pod is marked outrigger.dev/inject: "false"',
  "never-selector": "the pod's labels match a neverInject selector of the mesh config",
  "namespace-not-enabled": "neither the pod nor its namespace asks for injection",
} as const;

export const injectReasons = {
  "already-injected": "the pod already carries our sidecar, which is brought up to date",
  "pod-opt-in": 'the pod is marked outrigger.dev/inject: "true"',
  "always-selector": "the pod's labels match an alwaysInject selector of the mesh config",
  "namespace-enabled": "the namespace is labelled outrigger.dev/injection: enabled",
  "default-policy": "the mesh config injects every pod that nothing else decides",
} as const;

export const rejectReasons = {
  "invalid-setting": "a label or annotation of the pod or its namespace has a value that is not allowed",
  "invalid-pod": "the object is not a pod that can be injected",
  "invalid-overlay": "an overlay of the mesh config, or a sidecar that the pod declares, cannot be merged",
} as const;

export type SkipReason = keyof typeof skipReasons;
export type InjectReason = keyof typeof injectReasons;
export type RejectReason = keyof typeof rejectReasons;
export type Reason = SkipReason | InjectReason | RejectReason;

/** The sentence that belongs to a reason, without its full stop. */
export function explainReason(reason: Reason): string {
  return { ...skipReasons, ...injectReasons, ...rejectReasons }[reason];
}
