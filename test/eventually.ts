/**
 * Waiting in tests for what happens on its own time: poll, with a deadline that fails the test by name.
 */
import { setTimeout as sleep } from "node:timers/promises";

/** Resolves once the condition holds; throws after `timeoutMs`. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`did not happen within ${timeoutMs} ms: ${what}`);
    await sleep(5);
  }
}
