/**
 * Time as a dependency: whatever waits, expires or backs off gets a clock passed in, so that a test can let a year of
 * certificate renewals pass in a second.
 */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Runs a function once, `delayMs` from now at the latest; whoever sets a timer looks at the time again when it fires.
   *
   * @returns cancels the timer; harmless once it has fired
   */
  after(delayMs: number, run: () => void): () => void;
}

/** Longer delays make Node's timers fire at once: they are 32-bit milliseconds. */
const longestTimerMs = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), longestTimerMs));
    return () => {
      clearTimeout(timer);
    };
  },
};

/**
 * Runs a function once, not before `at` (milliseconds since the epoch), and never where that is infinite.
 *
 * @returns cancels it; harmless once it has run
 */
export function callAt(clock: Clock, at: number, run: () => void): () => void {
  let cancel = (): void => undefined;
  // A timer may be shorter than the time asked for, so the clock is looked at again.
  function runOrWait(): void {
    const left = at - clock.now();
    if (left <= 0) run();
    else cancel = clock.after(left, runOrWait);
  }
  if (at !== Infinity) runOrWait();
  return () => {
    cancel();
  };
}
