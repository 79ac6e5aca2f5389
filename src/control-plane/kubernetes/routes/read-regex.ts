/** Regular expressions in routes. */
import { quote } from "../../../quote.ts";
import { parseRegex } from "../../model/routes/regex/re2.ts";
import type { Field } from "../field.ts";

/** Undefined where there is none, or one that makes no sense. */
export function readRegex(field: Field): string | undefined {
  const text = field.text();
  return text === undefined || !isRegex(field, text) ? undefined : text;
}

/** Whether a text makes sense; what does not is reported. */
export function isRegex(field: Field, text: string): boolean {
  const result = parseRegex(text);
  if (result.ok) return true;
  for (const { message, hint } of result.problems) {
    field.report(`${quote(text)} is not a regular expression: ${message}`, hint);
  }
  return false;
}
