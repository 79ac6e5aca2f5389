/**
 * How often something may be restored. Where somebody else keeps changing it back (a GitOps tool with other manifests, an
 * injector with another build), the two must not fight at full speed: after a few quick attempts the pauses are long.
 */

export interface RestoreLimits {
  /** So many within `windowMs`. */
  readonly most: number;
  readonly windowMs: number;
}

export const defaultRestoreLimits: RestoreLimits = { most: 10, windowMs: 300_000 };

export class RestoreBudget {
  readonly #limits: RestoreLimits;
  /** When, in milliseconds since the epoch; oldest first. */
  #spent: readonly number[] = [];

  constructor(limits: RestoreLimits) {
    this.#limits = limits;
  }

  /** Milliseconds until the next is allowed; 0 where it is. */
  waitMs(now: number): number {
    this.#spent = this.#spent.filter((at) => now - at < this.#limits.windowMs);
    const [oldest] = this.#spent;
    if (oldest === undefined || this.#spent.length < this.#limits.most) return 0;
    return oldest + this.#limits.windowMs - now;
  }

  spend(now: number): void {
    this.#spent = [...this.#spent, now];
  }
}
