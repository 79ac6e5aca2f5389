/**
 * Reads a V8 CPU profile: which functions the time went to, each counted for what ran in itself, not in what it called.
 */
import { basename } from "node:path";
import type { Profiler } from "node:inspector";
import { renderTable } from "./table.ts";

export type Profile = Profiler.Profile;

interface SelfTime {
  readonly place: string;
  readonly microseconds: number;
}

/** The time that was not spent waiting. */
const waiting = new Set(["(idle)"]);

/** Microseconds by function and place, the largest first. */
export function selfTimes(profile: Profile): readonly SelfTime[] {
  const places = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const at = url === "" ? "" : ` ${basename(url)}:${lineNumber + 1}`;
      return [id, `${functionName === "" ? "(anonymous)" : functionName}${at}`] as const;
    }),
  );
  const times = new Map<string, number>();
  profile.samples?.forEach((id, index) => {
    const place = places.get(id) ?? "(unknown)";
    times.set(place, (times.get(place) ?? 0) + (profile.timeDeltas?.[index] ?? 0));
  });
  return [...times]
    .filter(([place]) => !waiting.has(place))
    .map(([place, microseconds]) => ({ place, microseconds }))
    .sort((a, b) => b.microseconds - a.microseconds);
}

/** The first so many functions as a table, with their share of the time that was not idle. */
export function renderSelfTimes(profile: Profile, top: number): string {
  const times = selfTimes(profile);
  const busy = times.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const rows = times
    .slice(0, top)
    .map(({ place, microseconds }) => [
      ((100 * microseconds) / busy).toFixed(1),
      (microseconds / 1000).toFixed(0),
      place,
    ]);
  return renderTable(["self %", "self ms", "function"], rows);
}
