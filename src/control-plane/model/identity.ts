/** Names of workloads in certificates. Source: SPIFFE ID specification; the path is that of Kubernetes meshes. */

/** The SPIFFE URI of a service account: what the certificates of its workloads bear. */
export function workloadIdentity(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
