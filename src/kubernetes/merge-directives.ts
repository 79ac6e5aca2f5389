/**
 * The directives of a strategic merge patch: keys that begin with `$` and tell how to merge instead of what.
 *
 * Kubernetes takes an unknown one for an ordinary field; here it is a problem, since it can only be a slip.
 */
import type { JsonObject } from "../json-value.ts";
import { fieldPlace, report } from "./merge-place.ts";
import type { MergePlace } from "./merge-place.ts";

/** One object of a patch, its directives told apart from its fields. */
export interface PatchParts {
  /** `$patch`; `merge` is what happens without it. */
  readonly strategy: "merge" | "replace" | "delete";
  readonly fields: ReadonlyMap<string, unknown>;
  /** `$deleteFromPrimitiveList/<list>`: primitives to take out of the list. */
  readonly deletions: ReadonlyMap<string, readonly unknown[]>;
  /** `$setElementOrder/<list>`: the order of the list's items. */
  readonly orders: ReadonlyMap<string, readonly unknown[]>;
  /** `$retainKeys`: the only keys that stay; undefined for all. */
  readonly retained: ReadonlySet<unknown> | undefined;
}

const deletionPrefix = "$deleteFromPrimitiveList/";
const orderPrefix = "$setElementOrder/";
const strategies = ["merge", "replace", "delete"] as const;

/** Tells the directives of a patch object from its fields, and reports those that are wrong. */
export function readDirectives(patch: JsonObject, place: MergePlace): PatchParts {
  const fields = new Map<string, unknown>();
  const deletions = new Map<string, readonly unknown[]>();
  const orders = new Map<string, readonly unknown[]>();
  for (const [key, value] of Object.entries(patch)) {
    if (!key.startsWith("$")) fields.set(key, value);
    else if (key.startsWith(deletionPrefix)) setList(deletions, key, deletionPrefix, value, place);
    else if (key.startsWith(orderPrefix)) setList(orders, key, orderPrefix, value, place);
    else if (key !== "$patch" && key !== "$retainKeys") reportUnknown(key, place);
  }
  return {
    strategy: readStrategy(patch, place),
    fields,
    deletions,
    orders,
    retained: readRetained(patch, fields, place),
  };
}

/** Whether an item of a list is there to tell something of the list: `{ $patch: replace }`. */
export function hasStrategy(item: JsonObject): boolean {
  return Object.hasOwn(item, "$patch");
}

function readStrategy(patch: JsonObject, place: MergePlace): PatchParts["strategy"] {
  if (!hasStrategy(patch)) return "merge";
  const strategy = strategies.find((known) => known === patch["$patch"]);
  if (strategy === undefined) {
    report(
      fieldPlace(place, "$patch"),
      `the directive ${JSON.stringify(patch["$patch"])} is unknown`,
      `use one of ${strategies.join(", ")}`,
    );
  }
  return strategy ?? "merge";
}

function readRetained(
  patch: JsonObject,
  fields: ReadonlyMap<string, unknown>,
  place: MergePlace,
): ReadonlySet<unknown> | undefined {
  if (!Object.hasOwn(patch, "$retainKeys")) return undefined;
  const value = patch["$retainKeys"];
  const directive = fieldPlace(place, "$retainKeys");
  if (!Array.isArray(value)) {
    report(directive, "the directive is not a list", "list the keys that stay");
    return undefined;
  }
  const retained = new Set<unknown>(value);
  for (const [key, field] of fields) {
    if (field !== null && !retained.has(key)) {
      report(directive, `${key} is set here, but not retained`, `add ${key} to the list, or remove the field`);
    }
  }
  return retained;
}

function setList(
  lists: Map<string, readonly unknown[]>,
  key: string,
  prefix: string,
  value: unknown,
  place: MergePlace,
): void {
  if (Array.isArray(value)) lists.set(key.slice(prefix.length), value);
  else report(fieldPlace(place, key), "the directive is not a list", "give it a list");
}

function reportUnknown(key: string, place: MergePlace): void {
  report(
    fieldPlace(place, key),
    `the directive ${key} is unknown`,
    `use $patch, $retainKeys, ${deletionPrefix}<list> or ${orderPrefix}<list>`,
  );
}
