/** Single values of a policy: each is what it should be, absent, or reported and in its default. */
import { quote } from "../../../quote.ts";
import { readDuration } from "../duration.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";

export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** A whole number within bounds. */
export function readInteger(field: Field, { least, most }: Bounds): number | undefined {
  const value = field.number();
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  field.report(`${value} is not within the bounds`, `write a whole number from ${least} to ${most}`);
  return undefined;
}

/** A share of a hundred, that need not be whole. */
export function readPercent(field: Field): number | undefined {
  const value = field.number();
  if (value === undefined || (value >= 0 && value <= 100)) return value;
  field.report(`${value} is not a percentage`, "write a number from 0 to 100");
  return undefined;
}

/** A duration in milliseconds that is longer than zero. */
export function readPositiveDuration(field: Field): number | undefined {
  const value = readDuration(field);
  if (value !== 0) return value;
  field.report("the duration is too short", "write one that is longer than zero");
  return undefined;
}

/** A text that is not empty and not longer than the schema lets it be. */
export function readText(field: Field, most: number): string | undefined {
  const text = field.text();
  if (text === undefined || (text.length >= 1 && text.length <= most)) return text;
  field.report(text === "" ? "the text is empty" : "the text is too long", `write 1 to ${most} characters`);
  return undefined;
}

/** Source: RFC 9110 section 5.6.2, "Tokens". */
const token = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
const longestName = 256;

/** The name of a header or a cookie, as it is written. */
export function readToken(field: Field): string {
  const text = readText(field, longestName);
  if (text !== undefined && !token.test(text)) {
    field.report(`${quote(text)} is not a name that HTTP allows`, "write letters, digits and -");
  }
  return text ?? "";
}

/** The items of a list that has some, but not too many. */
export function readItems<T>(field: Field, most: number, read: (item: Field) => T): readonly T[] {
  const items = field.items();
  const empty = items.length === 0 && !field.absent;
  if (empty || items.length > most) {
    field.report(empty ? "the list is empty" : "the list is too long", `write 1 to ${most} items, or leave it out`);
  }
  return items.map(read);
}

/** What must be there. */
export function requireField(field: Field, hint: string): Field {
  if (field.absent) field.report("the field is missing", hint);
  return field;
}

/** A group of fields; undefined where it is left out. */
export function readGroup<T>(field: Field, known: readonly string[], read: (field: Field) => T): T | undefined {
  if (field.absent) return undefined;
  hasOnly(field, known);
  return read(field);
}

/** A group of fields of which at least one must be there. */
export function readFullGroup<T>(field: Field, known: readonly string[], read: (field: Field) => T): T | undefined {
  if (!field.absent && known.every((name) => field.at(name).absent)) {
    field.report("the group says nothing", `write one of: ${known.join(", ")}`);
  }
  return readGroup(field, known, read);
}

/** The one of several fields that is there; reports none and more than one. */
export function onlyOneOf<const T extends string>(field: Field, names: readonly T[]): T | undefined {
  const present = names.filter((name) => !field.at(name).absent);
  const [first, second] = present;
  if (first !== undefined && second === undefined) return first;
  const message =
    first === undefined ? "none of the alternatives is given" : `${present.join(" and ")} exclude each other`;
  field.report(message, `write one of: ${names.join(", ")}`);
  return undefined;
}
