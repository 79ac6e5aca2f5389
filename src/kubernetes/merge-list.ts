/**
 * Merges the lists that Kubernetes merges: lists of objects, whose items are matched by a merge key, and sets of
 * primitives.
 *
 * Two ways in which Kubernetes loses a part of the patch without a word are problems here: an item that says
 * `$patch: replace` and has fields of its own (they are dropped), and two items of the patch with the same merge key
 * (the second is merged into the first, although the list already exists: port 53 of UDP would take over that of TCP).
 */
import { isJsonObject, kindOf } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { orderItems } from "./merge-order.ts";
import { itemPlace, report } from "./merge-place.ts";
import type { MergePlace } from "./merge-place.ts";

/** What becomes of one item: merged over the base's, or added where the base has none; undefined for nothing. */
export type MergeItem = (base: JsonObject | undefined, patch: JsonObject, place: MergePlace) => JsonObject | undefined;

/**
 * Merges a list of objects.
 *
 * @param base the list as it is; undefined where there is none
 * @param mergeKey the field by which items are matched; items of the base without it stay as they are
 * @returns `base` itself where nothing changes
 */
export function mergeKeyedList(
  base: readonly unknown[] | undefined,
  patch: readonly unknown[],
  mergeKey: string,
  place: MergePlace,
  mergeItem: MergeItem,
): readonly unknown[] {
  const { items, deleted, replaces } = readItems(patch, mergeKey, place);
  const kept = replaces ? [] : (base ?? []).filter((item) => !deleted.has(keyIn(item, mergeKey)));
  const merged: unknown[] = [...kept];
  const seen = new Set<unknown>();
  for (const [item, here] of items) {
    const key = item[mergeKey];
    if (base && seen.has(key)) report(here, `${mergeKey} ${String(key)} occurs twice`, "write one item for both");
    seen.add(key);
    const index = kept.findIndex((candidate) => keyIn(candidate, mergeKey) === key);
    const existing = kept[index];
    const result = mergeItem(isJsonObject(existing) ? existing : undefined, item, here);
    if (result !== undefined) merged.splice(index === -1 ? merged.length : index, index === -1 ? 0 : 1, result);
  }
  const patchOrder = items.map(([item]) => item[mergeKey]);
  const baseOrder = kept.map((item) => keyIn(item, mergeKey));
  const ordered = orderItems(merged, patchOrder, baseOrder, (item) => keyIn(item, mergeKey));
  return base && isSameList(base, ordered) ? base : ordered;
}

/** Merges a set of primitives: each once, ordered as lists of objects are. */
export function mergeSet(
  base: readonly unknown[] | undefined,
  patch: readonly unknown[],
  place: MergePlace,
): readonly unknown[] {
  const added = patch.filter((item, index) => isPrimitive(item, itemPlace(place, index)));
  const merged = [...new Set([...(base ?? []), ...added])];
  const ordered = orderItems(merged, added, base ?? [], (item) => item);
  return base && isSameList(base, ordered) ? base : ordered;
}

/** Takes primitives out of a list: `$deleteFromPrimitiveList`. Returns `list` itself where none is in it. */
export function deleteFromList(
  list: readonly unknown[],
  deletions: readonly unknown[],
  place: MergePlace,
): readonly unknown[] {
  const gone = new Set(deletions.filter((item, index) => isPrimitive(item, itemPlace(place, index))));
  const kept = list.filter((item) => !gone.has(item));
  return isSameList(list, kept) ? list : kept;
}

/** The value of an item's merge key; undefined where it has none. */
export function keyIn(item: unknown, mergeKey: string): unknown {
  return isJsonObject(item) ? item[mergeKey] : undefined;
}

/** The object that an item must be, with its merge key; undefined, and reported, where it is not. */
export function keyedItem(item: unknown, mergeKey: string, place: MergePlace): JsonObject | undefined {
  if (!isJsonObject(item)) {
    report(place, `the item is ${kindOf(item)}, not an object`, `write an object with ${mergeKey}`);
    return undefined;
  }
  const key = item[mergeKey];
  if (key === undefined || key === null || typeof key === "object") {
    report(place, `the item has no ${mergeKey}, by which items of this list are matched`, `give it a ${mergeKey}`);
    return undefined;
  }
  return item;
}

/** Whether both lists hold the very same items in the same order. */
export function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** Whether an item is a primitive; reported where it is not. */
export function isPrimitive(item: unknown, place: MergePlace): boolean {
  const primitive = item !== null && typeof item !== "object";
  if (!primitive) report(place, `the item is ${kindOf(item)}`, "write a string, a number or a boolean");
  return primitive;
}

interface PatchItems {
  readonly items: readonly (readonly [JsonObject, MergePlace])[];
  readonly deleted: ReadonlySet<unknown>;
  readonly replaces: boolean;
}

/** Tells the items to merge from those that are there for their `$patch` directive. */
function readItems(patch: readonly unknown[], mergeKey: string, place: MergePlace): PatchItems {
  const items: [JsonObject, MergePlace][] = [];
  const deleted = new Set<unknown>();
  let replaces = false;
  for (const [index, value] of patch.entries()) {
    const here = itemPlace(place, index);
    // Any other value of $patch is for the merge of the item itself to accept or to report.
    const strategy = keyIn(value, "$patch");
    if (strategy === "replace") {
      replaces = true;
      reportOwnFields(value as JsonObject, here);
      continue;
    }
    const item = keyedItem(value, mergeKey, here);
    if (item === undefined) continue;
    if (strategy === "delete") deleted.add(item[mergeKey]);
    else items.push([item, here]);
  }
  return { items, deleted, replaces };
}

function reportOwnFields(item: JsonObject, place: MergePlace): void {
  if (Object.keys(item).length === 1) return;
  report(
    place,
    "an item with $patch: replace replaces the whole list, and its other fields are dropped",
    "write { $patch: replace } as an item of its own",
  );
}
