/**
 * Waiting for something in the cluster that comes true on its own time.
 */
import { pause } from "../kubernetes/pause.ts";
import type { Undertaking } from "./progress.ts";

const unaborted = new AbortController().signal;

/** Looks again and again; resolves to whether the condition came true within `timeoutMs` milliseconds. */
export async function waitUntil(
  { clock, times }: Pick<Undertaking, "clock" | "times">,
  timeoutMs: number,
  condition: () => Promise<boolean>,
): Promise<boolean> {
  const deadline = clock.now() + timeoutMs;
  while (!(await condition())) {
    if (clock.now() >= deadline) return false;
    await pause(times.pollMs, clock, unaborted);
  }
  return true;
}
