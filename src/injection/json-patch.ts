/**
 * Makes the JSON Patch (RFC 6902) that turns the pod as it came into the pod as it shall be.
 *
 * The mutation shares every part that it leaves alone, so parts are compared by identity first and only what differs is
 * walked: the cost grows with the change, not with the pod. Lists of named objects (containers, volumes, env) are
 * compared by name, because by position a container put first would rewrite every container after it.
 */
import jsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import type { JsonObject } from "../json-value.ts";
import { isJsonObject } from "../json-value.ts";
import { appendNamedListOperations, areNamedLists } from "./named-list-patch.ts";

const { compare, escapePathComponent } = jsonPatch;

/**
 * The operations that turn `original` into `mutated`, in a fixed order: no randomness, same input, same patch.
 *
 * Only `add`, `remove` and `replace` are used. Values are shared with `mutated`, not copied. A property whose value is
 * `undefined` counts as absent, as it does in JSON.
 *
 * @param original plain JSON data; never modified
 * @param mutated plain JSON data, best with the untouched parts of `original` by reference (right without, only slower)
 */
export function createPatch(original: object, mutated: object): Operation[] {
  const operations: Operation[] = [];
  appendOperations(operations, "", original, mutated);
  return operations;
}

function appendOperations(operations: Operation[], path: string, before: unknown, after: unknown): void {
  if (before === after) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    appendListOperations(operations, path, before, after);
  } else if (isJsonObject(before) && isJsonObject(after)) {
    appendObjectOperations(operations, path, before, after);
  } else {
    operations.push({ op: "replace", path, value: after });
  }
}

function appendObjectOperations(operations: Operation[], path: string, before: JsonObject, after: JsonObject): void {
  for (const key of Object.keys(before)) {
    if (before[key] !== undefined && !has(after, key)) operations.push({ op: "remove", path: childPath(path, key) });
  }
  for (const key of Object.keys(after)) {
    const value = after[key];
    if (value === undefined || value === before[key]) continue;
    if (has(before, key)) appendOperations(operations, childPath(path, key), before[key], value);
    else operations.push({ op: "add", path: childPath(path, key), value });
  }
}

function appendListOperations(
  operations: Operation[],
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
): void {
  if (areNamedLists(before, after)) {
    appendNamedListOperations(operations, path, before, after, appendOperations);
  } else if (before.length === after.length) {
    for (const operation of compare(before, after)) operations.push({ ...operation, path: path + operation.path });
  } else {
    // Without names nothing says which item became which: the list as a whole is the smallest honest change.
    operations.push({ op: "replace", path, value: after });
  }
}

/** Own properties only: `constructor` and `__proto__` are ordinary keys of JSON. */
function has(object: JsonObject, key: string): boolean {
  return Object.hasOwn(object, key) && object[key] !== undefined;
}

function childPath(path: string, key: string): string {
  return `${path}/${escapePathComponent(key)}`;
}
