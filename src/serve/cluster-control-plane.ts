/**
 * The control plane in a cluster: objects from watches, tokens reviewed by the API server, roots that the replicas share in
 * a Secret or that users have put there, trust by a ConfigMap in every namespace.
 */
import { namesOfService } from "../certificates/issue.ts";
import { createGivenAuthorities } from "../control-plane/identity/given-authorities.ts";
import type { IdentityPolicy } from "../control-plane/identity/identity-policy.ts";
import { createSharedAuthorities } from "../control-plane/identity/shared-authorities.ts";
import type { AuthoritySource } from "../control-plane/identity/signing-authority.ts";
import { createTokenReviewAuthenticator } from "../control-plane/identity/token-review-authenticator.ts";
import { createTrustConfigMaps } from "../control-plane/identity/trust-config-maps.ts";
import { createClusterSource } from "../control-plane/kubernetes/cluster-source.ts";
import { tokenAudience } from "../injection/identity-volume.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { connectOrFail } from "./connect.ts";
import type { ControlPlaneOptions, Surroundings } from "./control-plane.ts";
import type { ClusterControlPlaneOptions } from "./control-plane-options.ts";
import { readMeshSettings } from "./mesh-settings.ts";
import { createElectedReporter } from "./status-reporter.ts";

type Common = Omit<ControlPlaneOptions, "surroundings">;

/** @throws OutriggerError where the mesh config is not valid, or no cluster is configured */
export async function clusterSurroundings(
  options: ClusterControlPlaneOptions,
  common: Common,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Surroundings> {
  const meshNamespace = environment["POD_NAMESPACE"] ?? "outrigger-system";
  const { mesh: settings, translation, policy } = await readMeshSettings(options.config, meshNamespace);
  const api = await connectOrFail(options.kubeconfig, environment);
  const inCluster = { ...common, api };
  return {
    settings,
    translation,
    policy,
    authenticator: createTokenReviewAuthenticator({ ...inCluster, audience: tokenAudience }),
    authorities: authoritiesOf(options, { ...inCluster, policy }, meshNamespace, settings.trustDomain),
    serverNames: namesOfService(options.service, meshNamespace).map((value) => ({ type: "dns", value })),
    objects: (take) => createClusterSource({ ...inCluster, take }),
    trust: (secrets, metrics) => createTrustConfigMaps({ ...inCluster, secrets, metrics, pollMs: policy.pollMs }),
    reporter: ({ statuses }) =>
      createElectedReporter({ ...inCluster, statuses, meshNamespace, podName: environment["POD_NAME"] }),
  };
}

function authoritiesOf(
  { secret, givenCa }: ClusterControlPlaneOptions,
  inCluster: Common & { readonly api: KubernetesApi; readonly policy: IdentityPolicy },
  namespace: string,
  trustDomain: string,
): AuthoritySource {
  return givenCa === undefined
    ? createSharedAuthorities({ ...inCluster, trustDomain, secret: { namespace, name: secret } })
    : createGivenAuthorities({ ...inCluster, secret: { namespace, name: givenCa } });
}
