/**
 * Waiting by a clock that is passed in.
 */
import type { Clock } from "../clock.ts";

/** Waits so many milliseconds, or until the signal aborts; never throws. */
export async function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const wake = (): void => {
    resolve(undefined);
  };
  const cancel = clock.after(delayMs, wake);
  signal.addEventListener("abort", wake, { once: true });
  await promise;
  cancel();
  signal.removeEventListener("abort", wake);
}
