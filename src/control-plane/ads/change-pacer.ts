/**
 * How often changes are passed on: the first at once, those that follow on its heels together. A rollout that changes the
 * endpoints of a Service fifty times within a second becomes a handful of pushes, and a lone change waits for nothing.
 */
import type { Clock } from "../../clock.ts";
import type { ResourceChange, TypeUrl } from "./resource-source.ts";

/** All in milliseconds. */
export interface PacerSettings {
  /** After a push, changes are collected until none has come for so long. */
  readonly quietMs: number;
  /** But none waits longer than this. */
  readonly longestMs: number;
}

export const defaultPacerSettings: PacerSettings = { quietMs: 5, longestMs: 20 };

export interface ChangePacer {
  /** Something has changed. */
  readonly add: (change: ResourceChange) => void;
  /** What is still waiting is dropped. */
  readonly stop: () => void;
}

/** Both changes in one. */
export function mergeChanges(one: ResourceChange, other: ResourceChange): ResourceChange {
  const shared = new Map<TypeUrl, ReadonlySet<string>>(one.shared);
  for (const [type, names] of other.shared) shared.set(type, new Set([...(shared.get(type) ?? []), ...names]));
  const everybody = one.proxies === "all" || other.proxies === "all";
  return { shared, proxies: everybody ? "all" : new Set([...one.proxies, ...other.proxies]) };
}

/** @param push gets each change, or several merged into one, together with the time at which the first of them came */
export function createChangePacer(
  push: (change: ResourceChange, since: number) => void,
  clock: Clock,
  { quietMs, longestMs }: PacerSettings,
): ChangePacer {
  let waiting: { change: ResourceChange; readonly since: number; latest: number } | undefined;
  let lastPush = -Infinity;
  let cancelTimer = (): void => undefined;

  function flush(): void {
    if (waiting === undefined) return;
    const { change, since } = waiting;
    waiting = undefined;
    lastPush = clock.now();
    push(change, since);
  }

  function flushOrWait(): void {
    if (waiting === undefined) return;
    const now = clock.now();
    const idleSince = Math.max(waiting.latest, lastPush);
    const dueAt = Math.min(idleSince + quietMs, waiting.since + longestMs);
    if (dueAt <= now) flush();
    else cancelTimer = clock.after(dueAt - now, flushOrWait);
  }

  return {
    add: (change) => {
      const now = clock.now();
      if (waiting !== undefined) {
        waiting.change = mergeChanges(waiting.change, change);
        // The timer that runs looks at this when it fires.
        waiting.latest = now;
        return;
      }
      waiting = { change, since: now, latest: now };
      if (now - lastPush >= quietMs) flush();
      else flushOrWait();
    },
    stop: () => {
      waiting = undefined;
      cancelTimer();
    },
  };
}
