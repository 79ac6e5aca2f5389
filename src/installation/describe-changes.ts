/**
 * What is different between two states of an object, one line a field, for people. Pure.
 */
import { isJsonObject } from "../json-value.ts";

/** Kept by the API server and by controllers, not by whoever applies. */
const serverFields = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];

/** Longer values, and those of several lines, are not shown: their field's name says enough. */
const longestValue = 60;

function keyOf(item: unknown, index: number): string {
  return isJsonObject(item) && typeof item["name"] === "string" ? `[name=${item["name"]}]` : `[${index}]`;
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.map((item: unknown, index) => [keyOf(item, index), item]));
  return isJsonObject(value) ? new Map(Object.entries(value).map(([key, field]) => [`.${key}`, field])) : undefined;
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > longestValue || text.includes("\\n") ? "…" : text;
}

function describe(path: string, before: unknown, after: unknown): readonly string[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [`${path}: added ${show(after)}`];
  if (after === undefined) return [`${path}: removed ${show(before)}`];
  const [old, young] = [fieldsOf(before), fieldsOf(after)];
  if (old === undefined || young === undefined || Array.isArray(before) !== Array.isArray(after)) {
    return before === after ? [] : [`${path}: ${show(before)} -> ${show(after)}`];
  }
  return [...new Set([...old.keys(), ...young.keys()])].flatMap((key) =>
    describe(`${path}${key}`, old.get(key), young.get(key)),
  );
}

function comparable(object: unknown): unknown {
  if (!isJsonObject(object)) return object;
  const { status: _status, metadata, ...rest } = object;
  const kept = isJsonObject(metadata)
    ? Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverFields.includes(key)))
    : metadata;
  return { ...rest, metadata: kept };
}

/** One line for each field that differs, e.g. `spec.replicas: 2 -> 3`; the status and what the server keeps aside. */
export function describeChanges(before: unknown, after: unknown): readonly string[] {
  return describe("", comparable(before), comparable(after)).map((line) => line.replace(/^\./, ""));
}
