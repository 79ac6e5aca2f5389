/** Equality of JSON values, by what they say and not by which object says it. */
import { createPatch } from "../injection/json-patch.ts";

/** Whether nothing tells the two values apart; a key that is undefined counts as absent. */
export function isSameValue(one: unknown, other: unknown): boolean {
  return one === other || createPatch([one], [other]).length === 0;
}
