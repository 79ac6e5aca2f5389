/**
 * What has to be known of a cluster before Outrigger is installed in it.
 */
import type { ManifestObject } from "../installation/manifest.ts";
import { collectionPath, findResource, objectPath } from "../installation/manifest.ts";
import { systemNamespace } from "../installation/names.ts";
import type { NamespaceView } from "../injection/outcome.ts";
import type { KubernetesApi, KubernetesObject } from "../kubernetes/api.ts";
import type { ServerVersion } from "../kubernetes/server-version.ts";
import type { Attempt } from "./attempt.ts";
import { attempt } from "./attempt.ts";
import { readNamespace, readServerVersion } from "./read-cluster.ts";

export interface PreflightFacts {
  readonly server: Attempt<ServerVersion>;
  /** Names of the resources that the API server has in `admissionregistration.k8s.io/v1`. */
  readonly admissionResources: Attempt<readonly string[]>;
  /** Each right that is needed, and whether this user has it. */
  readonly rights: readonly Right[];
  /** Every object of the installation, as the cluster has it now. */
  readonly existing: readonly ExistingObject[];
  readonly systemNamespace: Attempt<NamespaceView>;
}

export interface Right {
  readonly verb: string;
  /** `deployments.apps`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly granted: Attempt<boolean>;
}

export interface ExistingObject {
  readonly shipped: ManifestObject;
  readonly found: Attempt<KubernetesObject>;
}

/** What server-side apply needs. */
const verbs = ["get", "create", "patch"] as const;

interface AccessReview {
  readonly status?: { readonly allowed?: boolean };
}

async function mayI(api: KubernetesApi, object: ManifestObject, verb: string): Promise<Right> {
  const { apiVersion, metadata } = object;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const plural = findResource(object)?.plural ?? "";
  const { namespace } = metadata;
  const resourceAttributes = { verb, group, resource: plural, ...(namespace !== undefined && { namespace }) };
  const granted = await attempt(async () => {
    const review = await api.request<AccessReview>({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes },
      },
    });
    return review.status?.allowed === true;
  });
  return { verb, resource: group === "" ? plural : `${plural}.${group}`, namespace, granted };
}

/** One object of each kind, since a right is asked for by kind. */
function onePerKind(objects: readonly ManifestObject[]): readonly ManifestObject[] {
  return [...new Map(objects.map((object) => [collectionPath(object, object.metadata.namespace), object])).values()];
}

async function readAdmissionResources(api: KubernetesApi): Promise<readonly string[]> {
  const path = "/apis/admissionregistration.k8s.io/v1";
  const { resources } = await api.request<{ resources: readonly { name: string }[] }>({ method: "GET", path });
  return resources.map(({ name }) => name);
}

/**
 * Asks everything at once; rejects never.
 *
 * @param objects what is to be installed
 */
export async function collectPreflightFacts(
  api: KubernetesApi,
  objects: readonly ManifestObject[],
): Promise<PreflightFacts> {
  const [server, admissionResources, namespace, rights, existing] = await Promise.all([
    attempt(() => readServerVersion(api)),
    attempt(() => readAdmissionResources(api)),
    attempt(() => readNamespace(api, systemNamespace)),
    Promise.all(onePerKind(objects).flatMap((object) => verbs.map((verb) => mayI(api, object, verb)))),
    Promise.all(
      objects.map(async (shipped) => ({
        shipped,
        found: await attempt(() => api.request<KubernetesObject>({ method: "GET", path: objectPath(shipped) })),
      })),
    ),
  ]);
  return { server, admissionResources, systemNamespace: namespace, rights, existing };
}
