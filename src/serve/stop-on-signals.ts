/**
 * Ends the process in answer to SIGTERM and SIGINT: in order at the first, at once at the second.
 */
import type { Log } from "../observability/logger.ts";

export interface StopDependencies {
  /** Where signals come from: the process itself, or a stand-in for tests. */
  readonly process: Pick<NodeJS.EventEmitter, "on">;
  /** Stops everything in order. */
  readonly stop: () => Promise<void>;
  /** Ends the process with this code. */
  readonly exit: (code: number) => void;
  readonly log: Log;
}

/** By convention a process that a signal ended exits with 128 and the signal's number. */
const signals = { SIGTERM: 128 + 15, SIGINT: 128 + 2 } as const;

/**
 * Puts this in force.
 *
 * @returns the same orderly stop for other reasons to end, with the exit code; while the process is stopping already it only
 *   changes what the process exits with
 */
export function stopOnSignals({ process, stop, exit, log }: StopDependencies): (exitCode: number) => void {
  let worstCode: number | undefined;
  const stopOnce = (exitCode: number): void => {
    const stopping = worstCode !== undefined;
    worstCode = Math.max(worstCode ?? 0, exitCode);
    if (stopping) return;
    stop().then(
      () => {
        exit(worstCode ?? 0);
      },
      (err: unknown) => {
        log.error({ err }, "stopping failed");
        exit(1);
      },
    );
  };
  let signalled = false;
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => {
      log.info({ signal }, "signal received");
      if (signalled) {
        exit(code);
        return;
      }
      signalled = true;
      stopOnce(0);
    });
  }
  return stopOnce;
}
