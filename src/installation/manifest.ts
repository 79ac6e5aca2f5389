/**
 * Kubernetes objects as the manifests hold them, and where the API server keeps them.
 *
 * A table instead of the discovery API: the kinds are known, and what is deleted must not depend on a discovery that
 * fails while an aggregated API is away.
 */
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../kubernetes/api.ts";

export interface ManifestObject extends KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: NonNullable<KubernetesObject["metadata"]> & { readonly name: string };
}

interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

const cluster = (plural: string): Resource => ({ plural, namespaced: false });
const namespaced = (plural: string): Resource => ({ plural, namespaced: true });

/** API group (and version) -> kind -> resource. */
const resources: Readonly<Record<string, Readonly<Record<string, Resource>>>> = {
  v1: {
    Namespace: cluster("namespaces"),
    Pod: namespaced("pods"),
    ServiceAccount: namespaced("serviceaccounts"),
    ConfigMap: namespaced("configmaps"),
    Secret: namespaced("secrets"),
    Service: namespaced("services"),
  },
  "apps/v1": {
    Deployment: namespaced("deployments"),
    StatefulSet: namespaced("statefulsets"),
    DaemonSet: namespaced("daemonsets"),
    ReplicaSet: namespaced("replicasets"),
  },
  "batch/v1": { Job: namespaced("jobs"), CronJob: namespaced("cronjobs") },
  "argoproj.io/v1alpha1": { Rollout: namespaced("rollouts") },
  "coordination.k8s.io/v1": { Lease: namespaced("leases") },
  "policy/v1": { PodDisruptionBudget: namespaced("poddisruptionbudgets") },
  "networking.k8s.io/v1": { NetworkPolicy: namespaced("networkpolicies") },
  "scheduling.k8s.io/v1": { PriorityClass: cluster("priorityclasses") },
  "rbac.authorization.k8s.io/v1": {
    ClusterRole: cluster("clusterroles"),
    ClusterRoleBinding: cluster("clusterrolebindings"),
    Role: namespaced("roles"),
    RoleBinding: namespaced("rolebindings"),
  },
  "apiextensions.k8s.io/v1": { CustomResourceDefinition: cluster("customresourcedefinitions") },
  "admissionregistration.k8s.io/v1": {
    MutatingWebhookConfiguration: cluster("mutatingwebhookconfigurations"),
    ValidatingWebhookConfiguration: cluster("validatingwebhookconfigurations"),
    ValidatingAdmissionPolicy: cluster("validatingadmissionpolicies"),
    ValidatingAdmissionPolicyBinding: cluster("validatingadmissionpolicybindings"),
  },
};

export type ObjectKind = Pick<ManifestObject, "apiVersion" | "kind">;

/** The resource of a kind; undefined for one that Outrigger has nothing to do with. */
export function findResource({ apiVersion, kind }: ObjectKind): Resource | undefined {
  return resources[apiVersion]?.[kind];
}

function resourceOf(object: ObjectKind): Resource {
  const resource = findResource(object);
  if (resource === undefined) throw new Error(`no resource is known for ${object.apiVersion} ${object.kind}`);
  return resource;
}

/** The collection that objects of a kind are in: of a namespace, or of the whole cluster. */
export function collectionPath(object: ObjectKind, namespace: string | undefined): string {
  const { plural, namespaced: isNamespaced } = resourceOf(object);
  const root = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  return isNamespaced && namespace !== undefined ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`;
}

/** The path of one object. */
export function objectPath(object: ManifestObject): string {
  return `${collectionPath(object, object.metadata.namespace)}/${object.metadata.name}`;
}

/** `Deployment outrigger-system/outrigger-injector`. */
export function describeObject({ kind, metadata: { namespace, name } }: ManifestObject): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The objects of a YAML stream that is ours, so known to be well-formed. */
export function parseManifest(text: string): readonly ManifestObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as ManifestObject | null)
    .filter((object) => object !== null);
}
