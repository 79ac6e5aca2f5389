/**
 * The part of a strategic merge patch that meets nothing in the base: taken as it is, less nulls and directives, which
 * have no place in a Kubernetes object (Kubernetes itself leaves some of them in new items of a list).
 */
import { isJsonObject, kindOf } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { hasStrategy, readDirectives } from "./merge-directives.ts";
import { mergeKeyedList, mergeSet } from "./merge-list.ts";
import { fieldPlace, itemPlace, report } from "./merge-place.ts";
import type { MergePlace } from "./merge-place.ts";
import type { MergeList, MergeSchema } from "./merge-schema.ts";

/** What a field of the patch adds to an object that does not have it; undefined for nothing. */
export function additionOf(value: unknown, key: string, schema: MergeSchema, place: MergePlace): unknown {
  if (value === null) return undefined;
  const list = schema.lists?.[key];
  if (Array.isArray(value)) return list ? listAddition(value, list, place) : atomicList(value, place);
  if (list) {
    report(place, `the field is ${kindOf(value)}, but Kubernetes has a list here`, "write a list");
    return undefined;
  }
  return isJsonObject(value) ? objectAddition(value, schema.objects?.[key] ?? {}, place) : value;
}

/** What an object of the patch is without its nulls and directives; undefined where it asks for a deletion. */
export function objectAddition(patch: JsonObject, schema: MergeSchema, place: MergePlace): JsonObject | undefined {
  const { strategy, fields } = readDirectives(patch, place);
  if (strategy === "delete") return undefined;
  const entries = [...fields].flatMap(([key, value]): [string, unknown][] => {
    const added = additionOf(value, key, schema, fieldPlace(place, key));
    return added === undefined ? [] : [[key, added]];
  });
  return Object.fromEntries(entries);
}

/** A list that takes the place of the whole old one. */
export function atomicList(list: readonly unknown[], place: MergePlace): readonly unknown[] {
  return list.map((item, index) => {
    const here = itemPlace(place, index);
    if (Array.isArray(item)) return atomicList(item, here);
    if (!isJsonObject(item)) return item;
    if (hasStrategy(item)) report(here, "the list has no merge key: it is always replaced", "remove $patch");
    return objectAddition(item, {}, here);
  });
}

function listAddition(list: readonly unknown[], { mergeKey, items }: MergeList, place: MergePlace): unknown {
  if (mergeKey === undefined) return mergeSet(undefined, list, place);
  return mergeKeyedList(undefined, list, mergeKey, place, (_, item, here) => objectAddition(item, items ?? {}, here));
}
