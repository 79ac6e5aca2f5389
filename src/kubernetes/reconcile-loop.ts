/**
 * Runs one idempotent function whenever there may be something to do: on a ring, after the delay it asked for, and
 * again with back-off when it threw. Never twice at the same time; rings that come while it runs become one more run.
 */
import type { Clock } from "../clock.ts";
import type { BackoffLimits } from "./backoff.ts";
import { backoffDelay } from "./backoff.ts";

export interface ReconcileLoopOptions {
  /** Makes the world as it should be; returns after how many milliseconds to look again. */
  readonly run: () => Promise<number> | number;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly onFailure: (error: unknown) => void;
  readonly onSuccess?: () => void;
  readonly backoff?: BackoffLimits;
}

export interface ReconcileLoop {
  /** Asks for a run, now or right after the current one. The first ring starts the loop. */
  readonly ring: () => void;
  readonly stop: () => void;
  /** Resolves when no run is under way or asked for. */
  readonly idle: () => Promise<void>;
}

const defaultBackoff: BackoffLimits = { firstMs: 500, longestMs: 30_000 };

/** Makes a loop; it does nothing before the first ring. */
export function createReconcileLoop(options: ReconcileLoopOptions): ReconcileLoop {
  const { run, clock, random, onFailure, onSuccess, backoff = defaultBackoff } = options;
  let running: Promise<void> | undefined;
  let rung = false;
  let stopped = false;
  let failures = 0;
  let cancelTimer = (): void => undefined;

  async function attempt(): Promise<number> {
    try {
      const delayMs = await run();
      failures = 0;
      onSuccess?.();
      return delayMs;
    } catch (error) {
      if (!isStopped()) onFailure(error);
      failures += 1;
      return backoffDelay(failures - 1, backoff, random());
    }
  }

  async function runWhileRung(): Promise<void> {
    let delayMs = 0;
    while (rung && !isStopped()) {
      rung = false;
      delayMs = await attempt();
    }
    running = undefined;
    if (!isStopped()) cancelTimer = clock.after(delayMs, ring);
  }

  // A function, because the compiler cannot know that `stopped` changes while a run is awaited.
  function isStopped(): boolean {
    return stopped;
  }

  function ring(): void {
    if (stopped) return;
    rung = true;
    cancelTimer();
    running ??= runWhileRung();
  }

  return {
    ring,
    stop: () => {
      stopped = true;
      cancelTimer();
    },
    idle: async () => {
      while (running !== undefined) await running;
    },
  };
}
