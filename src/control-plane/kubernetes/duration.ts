/** Durations as the Gateway API writes them. Source: GEP-2257, a strict subset of what Go parses. */
import { quote } from "../../quote.ts";
import type { Field } from "./field.ts";

const form = /^(?:\d{1,5}(?:h|ms|m|s)){1,4}$/;
const part = /(\d+)(h|ms|m|s)/g;
const milliseconds: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** In milliseconds; undefined where there is none, or another text. */
export function readDuration(field: Field): number | undefined {
  const text = field.text();
  if (text === undefined) return undefined;
  if (!form.test(text)) {
    field.report(`${quote(text)} is not a duration`, "write it like 1h30m, 10s or 250ms");
    return undefined;
  }
  let sum = 0;
  for (const [, count, unit = ""] of text.matchAll(part)) sum += Number(count) * (milliseconds[unit] ?? 0);
  return sum;
}
