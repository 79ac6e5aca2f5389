/**
 * The labels and annotations that users and Outrigger write on pods and namespaces. The prefix is part of the contract.
 */

export const domain = "outrigger.dev";

/** `outrigger.dev/<suffix>`. */
export function keyOf(suffix: string): string {
  return `${domain}/${suffix}`;
}

/** Namespace label: `enabled` or `disabled`. */
export const injectionLabel = keyOf("injection");
/** Pod label, or annotation of the same name: `"true"` or `"false"`. */
export const injectKey = keyOf("inject");
/** Annotation of pods and namespaces: anything but `"true"` keeps the watchdog away from them. */
export const watchdogKey = keyOf("watchdog");
/** Pod label that Outrigger writes on each injected pod. */
export const injectedLabel = keyOf("injected");
/** Pod annotation that Outrigger writes: what was added, by which version and config. */
export const statusAnnotation = keyOf("status");
/** Read by kubectl for `logs`, `exec` and the like. Source: Kubernetes well-known annotations. */
export const defaultContainerAnnotation = "kubectl.kubernetes.io/default-container";
/** The kubelet's mark on a pod that mirrors a static pod. Source: Kubernetes well-known annotations. */
export const mirrorPodAnnotation = "kubernetes.io/config.mirror";

/** How problems name an annotation. */
export function annotationPath(key: string): string {
  return `metadata.annotations["${key}"]`;
}

/** How problems name a label. */
export function labelPath(key: string): string {
  return `metadata.labels["${key}"]`;
}
