/** How a kind of object has it written into its status what has become of it. */
import { hash } from "node:crypto";
import type { JsonObject } from "../../../json-value.ts";

/**
 * @typeParam V what there is to say of an object
 */
export interface StatusForm<V> {
  /** What a status says on the mesh's behalf, without times: equal where it says the same. */
  readonly said: (status: unknown) => unknown;
  /** What it should say. */
  readonly due: (verdict: V) => unknown;
  /**
   * The status with that in it. What others have written stays.
   *
   * @param now milliseconds since the epoch
   */
  readonly written: (status: unknown, verdict: V, now: number) => JsonObject;
}

/** Short text that is equal for what is the same: thousands of objects are remembered by it. */
export function digestOf(said: unknown): string {
  return hash("sha256", JSON.stringify(said), "base64").slice(0, 16);
}
