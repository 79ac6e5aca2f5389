/**
 * Kubernetes' strategic merge patch for Pods: what `kubectl patch` does, so that an overlay or a container that the
 * user declares merges the way people know it.
 *
 * It follows `k8s.io/apimachinery/pkg/util/strategicpatch`, which `test/judges/strategic-merge` holds it against. Where it
 * differs, it is stricter or kinder, never otherwise: what Kubernetes would drop or corrupt without a word is a problem
 * (see `merge-list.ts`; a list in place of an object; an unknown directive), fields that this version does not know are
 * merged instead of refused, `$patch: merge` is accepted, and no directive or null is left in the result.
 */
import { isJsonObject, kindOf } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { unparsable, parsed } from "../problem.ts";
import type { Parsed, Problem } from "../problem.ts";
import { additionOf, atomicList, objectAddition } from "./merge-addition.ts";
import { readDirectives } from "./merge-directives.ts";
import type { PatchParts } from "./merge-directives.ts";
import { deleteFromList, mergeKeyedList, mergeSet } from "./merge-list.ts";
import type { MergeItem } from "./merge-list.ts";
import { applyElementOrder } from "./merge-element-order.ts";
import { fieldPlace, report } from "./merge-place.ts";
import type { MergePlace } from "./merge-place.ts";
import { containerSchema, podSchema } from "./merge-schema.ts";
import type { MergeSchema } from "./merge-schema.ts";

/**
 * Merges a partial Pod over a Pod.
 *
 * @param base the Pod, or a part of one; never modified, and its untouched parts are in the result by reference
 * @param patch a partial Pod of any shape, with or without directives
 * @returns the merged Pod, or all that is wrong with the patch, by path into the patch
 */
export function mergePod<T extends object>(base: T, patch: unknown): Parsed<T> {
  return merge(base, patch, podSchema);
}

/** Merges a partial container over a container; as {@link mergePod}. */
export function mergeContainer<T extends object>(base: T, patch: unknown): Parsed<T> {
  return merge(base, patch, containerSchema);
}

function merge<T extends object>(base: T, patch: unknown, schema: MergeSchema): Parsed<T> {
  if (!isJsonObject(patch)) return unparsable("(root)", `the patch is ${kindOf(patch)}`, "write an object");
  const problems: Problem[] = [];
  const merged = mergeObject(base as JsonObject, patch, schema, { path: "", problems });
  return problems.length === 0 ? parsed(merged as T) : { ok: false, problems };
}

function mergeObject(base: JsonObject, patch: JsonObject, schema: MergeSchema, place: MergePlace): JsonObject {
  const parts = readDirectives(patch, place);
  if (parts.strategy === "delete") return {};
  if (parts.strategy === "replace") return objectAddition(patch, schema, place) ?? {};

  const merged = new Map(Object.entries(base));
  let changed = false;
  for (const key of merged.keys()) {
    if (parts.retained?.has(key) === false) changed = merged.delete(key);
  }
  for (const key of new Set([...parts.orders.keys(), ...parts.fields.keys(), ...parts.deletions.keys()])) {
    const before = merged.get(key);
    const after = mergeField(before, key, parts, schema, place);
    if (after === before) continue;
    changed = true;
    if (after === undefined) merged.delete(key);
    else merged.set(key, after);
  }
  return changed ? Object.fromEntries(merged) : base;
}

/** The field after the merge: its value of the patch first, then what is to be deleted from it, then its order. */
function mergeField(base: unknown, key: string, parts: PatchParts, schema: MergeSchema, place: MergePlace): unknown {
  const patch = parts.fields.get(key);
  let value = patch === undefined ? base : mergeValue(base, patch, key, schema, fieldPlace(place, key));
  const order = parts.orders.get(key);
  if (order !== undefined && value !== undefined) {
    const here = fieldPlace(place, `$setElementOrder/${key}`);
    value = applyElementOrder({ list: value, base, patch, order, mergeKey: schema.lists?.[key]?.mergeKey }, here);
  }
  const deletions = parts.deletions.get(key);
  if (deletions !== undefined && value !== undefined) {
    const here = fieldPlace(place, `$deleteFromPrimitiveList/${key}`);
    if (Array.isArray(value)) value = deleteFromList(value, deletions, here);
    else report(here, `${key} is ${kindOf(value)}`, "name a list");
  }
  return value;
}

function mergeValue(base: unknown, patch: unknown, key: string, schema: MergeSchema, place: MergePlace): unknown {
  if (patch === null) return undefined;
  if (base === undefined || base === null) return additionOf(patch, key, schema, place);
  if (Array.isArray(base) && Array.isArray(patch)) return mergeList(base, patch, key, schema, place);
  if (isJsonObject(base) && isJsonObject(patch)) return mergeObject(base, patch, schema.objects?.[key] ?? {}, place);
  if (typeof base === "object" || typeof patch === "object") {
    report(place, `the field is ${kindOf(patch)}, but ${kindOf(base)} in the pod`, `write ${kindOf(base)}`);
    return base;
  }
  return patch;
}

function mergeList(
  base: readonly unknown[],
  patch: readonly unknown[],
  key: string,
  schema: MergeSchema,
  place: MergePlace,
): readonly unknown[] {
  const list = schema.lists?.[key];
  if (list === undefined) return atomicList(patch, place);
  if (list.mergeKey === undefined) return mergeSet(base, patch, place);
  const items = list.items ?? {};
  const mergeItem: MergeItem = (existing, item, here) =>
    existing ? mergeObject(existing, item, items, here) : objectAddition(item, items, here);
  return mergeKeyedList(base, patch, list.mergeKey, place, mergeItem);
}
