/** Where in a strategic merge patch the merge stands, and what it found wrong so far. */
import type { Problem } from "../problem.ts";

/** A place in the patch. The list of problems is shared by all places of one merge. */
export interface MergePlace {
  /** Path into the patch, e.g. `spec.containers[0].env`; empty for the patch itself. */
  readonly path: string;
  readonly problems: Problem[];
}

/** The place of a field: `spec.containers`, `metadata.annotations["outrigger.dev/overlays"]`. */
export function fieldPlace({ path, problems }: MergePlace, key: string): MergePlace {
  if (!/^[\w$/]+$/.test(key)) return { path: `${path}[${JSON.stringify(key)}]`, problems };
  return { path: path === "" ? key : `${path}.${key}`, problems };
}

/** The place of an item of a list: `spec.containers[0]`. */
export function itemPlace({ path, problems }: MergePlace, index: number): MergePlace {
  return { path: `${path}[${index}]`, problems };
}

/** Notes a problem of the patch. */
export function report({ path, problems }: MergePlace, message: string, hint: string): void {
  problems.push({ path: path === "" ? "(root)" : path, message, hint });
}
