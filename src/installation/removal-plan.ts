/**
 * What is removed, and in which order, so that no pod's creation fails on the way. Pure.
 */
import { isAdmissionPolicy, isWebhookConfiguration } from "./install-plan.ts";
import type { ManifestObject } from "./manifest.ts";
import { controlPlaneName, systemNamespace, workloadAuthoritySecret } from "./names.ts";

/** What is removed, in this order. */
export interface RemovalPlan {
  readonly policies: readonly ManifestObject[];
  readonly rights: readonly ManifestObject[];
  readonly webhooks: readonly ManifestObject[];
  readonly rest: readonly ManifestObject[];
}

/** A CRD, as far as is looked at. */
export interface DefinitionManifest extends ManifestObject {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly storage: boolean }[];
  };
}

/** Whether this adds a kind of objects to the cluster, whose removal takes all of them along. */
export function isDefinition(object: ManifestObject): object is DefinitionManifest {
  return object.kind === "CustomResourceDefinition";
}

/** Whether this is a part of the control plane. */
function isControlPlane({ metadata }: ManifestObject): boolean {
  return metadata.name === controlPlaneName;
}

/** Sorts the objects of an installation into the steps. */
export function planRemoval(objects: readonly ManifestObject[]): RemovalPlan {
  // A binding before its policy, a Deployment before its service account: each object before what it depends on.
  const reversed = objects.toReversed();
  // The control plane keeps its rights as long as it runs: it restores nothing.
  const isRight = (object: ManifestObject): boolean => object.kind === "ClusterRoleBinding" && !isControlPlane(object);
  const isEarlier = (object: ManifestObject): boolean =>
    isAdmissionPolicy(object) || isRight(object) || isWebhookConfiguration(object);
  return {
    policies: reversed.filter(isAdmissionPolicy),
    rights: reversed.filter(isRight),
    webhooks: reversed.filter(isWebhookConfiguration),
    rest: reversed.filter((object) => !isEarlier(object)),
  };
}

/** All objects of a plan, in order. */
export function stepsOf({ policies, rights, webhooks, rest }: RemovalPlan): readonly ManifestObject[] {
  return [...policies, ...rights, ...webhooks, ...rest];
}

/**
 * What a control plane has made for itself in its own namespace: the roots of the mesh, and the Lease by which one replica writes
 * status. A CA that was given is its owner's, and stays.
 */
const madeByControlPlane: readonly ManifestObject[] = [
  { apiVersion: "v1", kind: "Secret", metadata: { namespace: systemNamespace, name: workloadAuthoritySecret } },
  {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace: systemNamespace, name: controlPlaneName },
  },
];

/** What is removed, in this order, where only the control plane goes. */
export interface ControlPlaneRemoval {
  /** Its pods have to be gone before the rest goes. */
  readonly deployments: readonly ManifestObject[];
  readonly rest: readonly ManifestObject[];
}

/** Picks the control plane out of an installation, with what it has made in its own namespace. */
export function planControlPlaneRemoval(objects: readonly ManifestObject[]): ControlPlaneRemoval {
  const own = objects.toReversed().filter((object) => isControlPlane(object) || isDefinition(object));
  return {
    deployments: own.filter(({ kind }) => kind === "Deployment"),
    rest: [...own.filter(({ kind }) => kind !== "Deployment"), ...madeByControlPlane],
  };
}
