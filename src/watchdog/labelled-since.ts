/**
 * Since when a namespace asks for sidecars, told by the API server's own notes (`metadata.managedFields`): when each
 * manager last changed something, and which fields are its. Never earlier than the label was really set. Pure.
 */
import { injectionLabel } from "../injection/keys.ts";
import { isJsonObject } from "../json-value.ts";
import type { KubernetesObject } from "../kubernetes/api.ts";

/** An object with the notes. Source: Kubernetes API reference, ManagedFieldsEntry. */
export interface ManagedObject extends KubernetesObject {
  readonly metadata?: KubernetesObject["metadata"] & { readonly managedFields?: readonly ManagedFields[] };
}

interface ManagedFields {
  readonly time?: string;
  /** Fields as a tree: `{ "f:metadata": { "f:labels": { "f:KEY": {} } } }`. */
  readonly fieldsV1?: unknown;
}

const path = ["f:metadata", "f:labels", `f:${injectionLabel}`];

function setsLabel({ fieldsV1 }: ManagedFields): boolean {
  const at = path.reduce<unknown>((node, key) => (isJsonObject(node) ? node[key] : undefined), fieldsV1);
  return at !== undefined;
}

/** In milliseconds since the epoch, whole seconds; undefined where nobody has noted it. */
export function labelledSince({ metadata }: ManagedObject): number | undefined {
  const times = (metadata?.managedFields ?? []).filter(setsLabel).map(({ time }) => Date.parse(time ?? ""));
  const latest = Math.max(...times);
  return Number.isFinite(latest) ? latest : undefined;
}
