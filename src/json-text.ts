/**
 * JSON text that is not made twice: large parts that are the same object in one document after another are written out
 * once and their text is kept as long as they live.
 */
import { isJsonObject } from "./json-value.ts";

const texts = new WeakMap<object, string>();

/** Keeps the JSON text of a value that will stand in many documents and is never modified; returns the value. */
export function keepJsonText<T extends object>(value: T): T {
  texts.set(value, JSON.stringify(value));
  return value;
}

/**
 * The same text as `JSON.stringify(value)`, sooner where parts of it were given to {@link keepJsonText}.
 *
 * @param value JSON data; keys whose value is undefined are left out
 * @param depth how far down kept parts are looked for; what is below is small or unknown
 */
export function renderJson(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const kept = texts.get(value);
  if (kept !== undefined) return kept;
  if (depth === 0) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => renderJson(item, depth - 1)).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members: string[] = [];
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${renderJson(member, depth - 1)}`);
  }
  return `{${members.join(",")}}`;
}
