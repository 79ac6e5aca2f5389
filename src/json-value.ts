/** JSON of a shape that nobody has checked yet: what came over the wire or out of a file. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object: neither a list nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How messages call a JSON value: "a list", "an object", "a number". */
export function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
