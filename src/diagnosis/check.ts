/**
 * One check and its result: what was looked at, what was found, and what to do about it. Whoever evaluates facts makes
 * these with the constructors.
 */

export type CheckStatus = "ok" | "warning" | "error";

export interface Check {
  /** Heading under which it is shown. */
  readonly group: string;
  /** Stable, for scripts: `replicas-ready`. */
  readonly name: string;
  readonly status: CheckStatus;
  /** What was found, as a sentence without its full stop. */
  readonly message: string;
  /** The objects or fields that it is about, one a line. */
  readonly details: readonly string[];
  /** How to solve it; undefined where nothing is wrong. */
  readonly fix: string | undefined;
}

type Subject = Pick<Check, "group" | "name">;

export function ok(subject: Subject, message: string, details: readonly string[] = []): Check {
  return { ...subject, status: "ok", message, details, fix: undefined };
}

export function warning(subject: Subject, message: string, fix: string, details: readonly string[] = []): Check {
  return { ...subject, status: "warning", message, details, fix };
}

export function failure(subject: Subject, message: string, fix: string, details: readonly string[] = []): Check {
  return { ...subject, status: "error", message, details, fix };
}

/** The worst of all; `ok` where there are none. */
export function worst(checks: readonly Check[]): CheckStatus {
  const found = new Set(checks.map(({ status }) => status));
  return found.has("error") ? "error" : found.has("warning") ? "warning" : "ok";
}
