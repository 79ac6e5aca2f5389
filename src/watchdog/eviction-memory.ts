/**
 * What the watchdog remembers of its evictions: that pods of a controller came back as they were, or that a
 * PodDisruptionBudget was against it, and when the next one may be at all. A new leader starts without memory, which costs
 * one eviction more.
 */

/** How long a controller is remembered: in an hour somebody may have corrected what was wrong. */
export const rememberedMs = 3_600_000;
/** How long pods are let be that a PodDisruptionBudget protects. */
export const putOffMs = 300_000;

export class EvictionMemory {
  /** By the uid of the controller, in milliseconds since the epoch. */
  readonly #evicted = new Map<string, number>();
  readonly #putOff = new Map<string, number>();
  #last: number | undefined;

  evicted(controller: string, now: number): void {
    // The first one counts: what came after it came in its place.
    if (this.evictedAt(controller, now) === undefined) this.#evicted.set(controller, now);
    this.#last = now;
  }

  putOff(controller: string, now: number): void {
    this.#putOff.set(controller, now);
  }

  /** Since when pods of the controller have been evicted, as far as that is remembered. */
  evictedAt(controller: string, now: number): number | undefined {
    return recent(this.#evicted, rememberedMs, now).get(controller);
  }

  isPutOff(controller: string, now: number): boolean {
    return recent(this.#putOff, putOffMs, now).has(controller);
  }

  /** Milliseconds until the next eviction, where there are to be so many a minute; 0 for now. */
  waitMs(perMinute: number, now: number): number {
    return this.#last === undefined ? 0 : Math.max(0, this.#last + 60_000 / perMinute - now);
  }
}

/** The same map, without what is older. */
function recent(times: Map<string, number>, withinMs: number, now: number): ReadonlyMap<string, number> {
  for (const [key, at] of times) if (now - at >= withinMs) times.delete(key);
  return times;
}
