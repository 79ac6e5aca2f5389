/**
 * What one probe, lifecycle hook or metrics page adds to the application listener.
 */
import type { Cluster, Extension, Route } from "./resource.ts";

export interface ApplicationPart {
  /** Parts that ask the same server have the same cluster. */
  readonly cluster: Cluster;
  /** HTTP filters that answer by themselves. */
  readonly filters: readonly Extension[];
  readonly routes: readonly Route[];
}

/** The name of a cluster behind the application listener; statistics know these by their first word. */
export function applicationClusterName(rest: string): string {
  return `application|${rest}`;
}
