/** Fields that nobody has heard of: what their writer meant by them cannot be done. */
import { nearestWord } from "../../nearest-word.ts";
import { quote } from "../../quote.ts";
import type { Field } from "./field.ts";

/** Reports the members of an object that are none of the known ones. Returns whether there are none. */
export function hasOnly(field: Field, known: readonly string[]): boolean {
  const unknown = field.keys().filter((key) => !known.includes(key));
  for (const key of unknown) {
    const nearest = nearestWord(key, known);
    const hint = nearest === undefined ? `write one of: ${known.join(", ")}` : `did you mean ${nearest}?`;
    field.report(`the field ${quote(key)} is unknown`, hint);
  }
  return unknown.length === 0;
}
