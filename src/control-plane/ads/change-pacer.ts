/**
 * How often changes are passed on: as often as passing them on takes no more than half of the time. A lone change waits for
 * nothing, and so do those that follow it while they concern few proxies; a rollout that changes the endpoints of a Service
 * which everybody uses fifty times within a second becomes as many pushes as there is time for.
 */
import type { Clock } from "../../clock.ts";
import type { ResourceChange, TypeUrl } from "./resource-source.ts";

/** All in milliseconds. */
export interface PacerSettings {
  /** After a push, changes are collected for as long as it took, but at least so long: several often come at once. */
  readonly shortestMs: number;
  /** And at most so long. */
  readonly longestMs: number;
}

export const defaultPacerSettings: PacerSettings = { shortestMs: 1, longestMs: 20 };

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

/**
 * @param push gets each change, or several merged into one, together with the time at which the first of them came; the next
 *   ones wait until what it returns has resolved
 */
export function createChangePacer(
  push: (change: ResourceChange, since: number) => void | Promise<void>,
  clock: Clock,
  { shortestMs, longestMs }: PacerSettings,
): ChangePacer {
  let waiting: { readonly change: ResourceChange; readonly since: number } | undefined;
  let restsUntil = -Infinity;
  let isPushing = false;
  let isStopped = false;
  let cancelTimer = (): void => undefined;

  function flush({ change, since }: NonNullable<typeof waiting>): void {
    waiting = undefined;
    const begun = clock.now();
    const pushed = push(change, since);
    if (pushed === undefined) {
      rest(begun);
      return;
    }
    isPushing = true;
    void pushed.then(() => {
      isPushing = false;
      rest(begun);
      flushOrWait();
    });
  }

  function rest(begun: number): void {
    const ended = clock.now();
    restsUntil = ended + Math.min(Math.max(ended - begun, shortestMs), longestMs);
  }

  function flushOrWait(): void {
    if (waiting === undefined || isPushing || isStopped) return;
    const left = restsUntil - clock.now();
    if (left <= 0) flush(waiting);
    else cancelTimer = clock.after(left, flushOrWait);
  }

  return {
    add: (change) => {
      // Whoever came first waits for a timer, and takes the others along.
      const isFirst = waiting === undefined;
      waiting =
        waiting === undefined
          ? { change, since: clock.now() }
          : { change: mergeChanges(waiting.change, change), since: waiting.since };
      if (isFirst) flushOrWait();
    },
    stop: () => {
      isStopped = true;
      waiting = undefined;
      cancelTimer();
    },
  };
}
