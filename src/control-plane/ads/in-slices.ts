/**
 * Long work in short slices. A change that concerns a thousand proxies takes seconds of CPU; in one piece it would keep
 * everything else waiting: new connections, acknowledgements, and the kubelet's probes, whose failures would end the process
 * just when it has most to do.
 */
import { setImmediate as afterOthers } from "node:timers/promises";
import type { Clock } from "../../clock.ts";

/** Long enough that a change for few is passed on in one piece, short enough that nobody notices. */
export const sliceMs = 10;

export interface Slicing {
  readonly clock: Pick<Clock, "now">;
  /** Resolves when others have had their turn. */
  readonly pause?: () => Promise<unknown>;
}

/** Does the work item by item; the first slice within this call. Resolves after the last. */
export async function inSlices<T>(
  items: Iterable<T>,
  work: (item: T) => void,
  { clock, pause = afterOthers }: Slicing,
): Promise<void> {
  let begun = clock.now();
  for (const item of items) {
    if (clock.now() - begun >= sliceMs) {
      await pause();
      begun = clock.now();
    }
    work(item);
  }
}
