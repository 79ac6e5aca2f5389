/**
 * A problem in something a person wrote: an annotation, a config file, a manifest.
 *
 * Expected problems are returned as values, all of them at once, so that one answer lists everything there is to fix.
 * Exceptions are left for bugs and I/O.
 */
export interface Problem {
  /** Where: a path into the object, e.g. `metadata.annotations["outrigger.dev/proxy-cpu-limit"]`. */
  readonly path: string;
  /** What is wrong, including the offending value, as a sentence without its full stop. */
  readonly message: string;
  /** How to fix it: what is allowed, or the nearest correct spelling. */
  readonly hint: string;
}

/** The outcome of a parser: a value, or every problem that stood in the way. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** A successful parse. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** A failed parse with one problem. */
export function unparsable(path: string, message: string, hint: string): Parsed<never> {
  return { ok: false, problems: [{ path, message, hint }] };
}

/** One line for people: where, what, how to fix it. */
export function formatProblem({ path, message, hint }: Problem): string {
  return `${path}: ${message}; ${hint}`;
}
