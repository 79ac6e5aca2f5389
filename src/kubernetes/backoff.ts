/**
 * How long to wait before trying again: doubling, capped, and with jitter, so that replicas which lost the same API
 * server do not all come back in the same millisecond.
 */

export interface BackoffLimits {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * The delay before the next attempt, in milliseconds: between half and the whole of `firstMs * 2^failures`.
 *
 * @param failures attempts that failed in a row before this one, from 0
 * @param random a number in [0, 1)
 */
export function backoffDelay(failures: number, { firstMs, longestMs }: BackoffLimits, random: number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30));
  return whole * (0.5 + random / 2);
}
