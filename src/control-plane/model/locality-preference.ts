/** Which zones' endpoints come first for a client, and which step in when those fail. */

export interface LocalityPreference {
  /** `zone`: the client's own zone first. `none`: all alike, whatever hints say. */
  readonly prefer: "zone" | "none";
  /** What steps in for a client's zone: zones in order; all that are not named come last, alike. */
  readonly failover: readonly { readonly from: string; readonly to: readonly string[] }[];
}

const furthest = Number.MAX_SAFE_INTEGER;

/** The lower, the nearer, for a client in one zone; whatever is in an unknown zone is far from everybody. */
export function rankZone(zone: string, clientZone: string, { failover }: LocalityPreference): number {
  if (zone !== "" && zone === clientZone) return 0;
  const place = failover.find(({ from }) => from === clientZone)?.to.indexOf(zone) ?? -1;
  return place < 0 ? furthest : 1 + place;
}
