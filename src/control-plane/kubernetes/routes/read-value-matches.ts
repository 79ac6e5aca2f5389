/** Matches of headers and query parameters: `{ type, name, value }`. */
import type { ValueMatch } from "../../model/route.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readRegex } from "./read-regex.ts";

/**
 * Each name once: of several with one name, the first counts.
 *
 * @param readName gives the name in the form in which two are compared
 */
export function readValueMatches(list: Field, readName: (field: Field) => string | undefined): readonly ValueMatch[] {
  const matches = new Map<string, ValueMatch>();
  for (const item of list.items()) {
    const match = readValueMatch(item, readName);
    if (match !== undefined && !matches.has(match.name)) matches.set(match.name, match);
  }
  return [...matches.values()];
}

function readValueMatch(item: Field, readName: (field: Field) => string | undefined): ValueMatch | undefined {
  hasOnly(item, ["type", "name", "value"]);
  const type = item.at("type").absent ? "Exact" : item.at("type").oneOf(["Exact", "RegularExpression"]);
  const name = readName(item.at("name"));
  const value = type === "RegularExpression" ? readRegex(item.at("value")) : item.at("value").text();
  if (item.at("value").absent) item.report("the value is missing", "write the value that is to match");
  if (type === undefined || name === undefined || value === undefined) return undefined;
  return { kind: type === "Exact" ? "exact" : "regex", name, value };
}
