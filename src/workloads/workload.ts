/** Names the Kubernetes object that runs a pod, as people know it: the Deployment, not the ReplicaSet in between. */

export interface Workload {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty where the pod has neither a name nor the beginning of one yet. */
  readonly name: string;
  /** Only where the pod itself names it: the uid of a Deployment behind a ReplicaSet is not known. */
  readonly uid?: string;
}
