/**
 * The one thing that is used of the Kubernetes client library: reading kubeconfigs and running their credential plugins.
 * A module of its own, so that the bundle holds this and not the whole library when it is imported on demand.
 */
export { KubeConfig } from "@kubernetes/client-node";
