/**
 * Server-side apply, as far as tests of one field manager need it: fields that are sent are set, lists of named items are
 * merged by name, everything else stays.
 */
import { isJsonObject } from "../../src/json-value.ts";

function isNamed(items: readonly unknown[]): items is readonly { readonly name: string }[] {
  return items.every((item) => isJsonObject(item) && typeof item["name"] === "string");
}

function applyList(current: readonly unknown[], sent: readonly unknown[]): unknown {
  if (!isNamed(current) || !isNamed(sent)) return sent;
  const before = new Map(current.map((item) => [item.name, item]));
  const others = current.filter(({ name }) => !sent.some((item) => item.name === name));
  return [...sent.map((item) => applied(before.get(item.name), item)), ...others];
}

/** The object with what was sent. */
export function applied(current: unknown, sent: unknown): unknown {
  if (Array.isArray(current) && Array.isArray(sent)) return applyList(current, sent);
  if (!isJsonObject(current) || !isJsonObject(sent)) return sent;
  const merged = new Map(Object.entries(current));
  for (const [key, value] of Object.entries(sent)) merged.set(key, applied(merged.get(key), value));
  return Object.fromEntries(merged);
}
