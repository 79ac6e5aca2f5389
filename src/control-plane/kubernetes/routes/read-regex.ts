/** Regular expressions in routes. */
import { quote } from "../../../quote.ts";
import type { Field } from "../field.ts";

/** Undefined where there is none, or one that makes no sense. */
export function readRegex(field: Field): string | undefined {
  const text = field.text();
  if (text === undefined) return undefined;
  try {
    new RegExp(text);
    return text;
  } catch {
    field.report(`${quote(text)} is not a regular expression`, "write one in RE2's syntax");
    return undefined;
  }
}
