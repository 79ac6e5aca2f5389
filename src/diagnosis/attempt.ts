/**
 * Something that was asked of the API server, whether it was told or not: one answer that is missing must not keep a
 * diagnosis from telling the rest.
 */
import { ApiError, isNotFound } from "../kubernetes/api.ts";

export type Attempt<T> =
  | { readonly state: "known"; readonly value: T }
  /** The API server says that there is none. */
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly why: string };

export function known<T>(value: T): Attempt<T> {
  return { state: "known", value };
}

export const absent: Attempt<never> = { state: "absent" };

export function unknown(why: string): Attempt<never> {
  return { state: "unknown", why };
}

/** Runs a question; never rejects. */
export async function attempt<T>(ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return known(await ask());
  } catch (error) {
    if (isNotFound(error)) return absent;
    return unknown(whyNot(error));
  }
}

/** What an error says; the API server's own words where they are its. */
export function whyNot(error: unknown): string {
  if (error instanceof ApiError) return error.message === "" ? `status ${error.status}` : error.message;
  return error instanceof Error ? error.message : String(error);
}

/** The value, where it is known. */
export function valueOf<T>(answer: Attempt<T>): T | undefined {
  return answer.state === "known" ? answer.value : undefined;
}
