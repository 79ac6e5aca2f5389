/**
 * What happens on an error that nothing caught: it is logged and counted, and the process stops in order and exits with 1.
 *
 * After such an error nobody knows what state the process is in, so it must not go on; but requests in flight have done nothing
 * wrong and are finished, and the other replica takes the rest. A bug in the handling of one pod never comes here: that is
 * caught, answered and counted as `failed`.
 */
import type { Log } from "./logger.ts";
import type { ProcessMetrics } from "./process-metrics.ts";

export interface FaultPolicyDependencies {
  /** Where faults are told: the process itself, or a stand-in for tests. */
  readonly process: Pick<NodeJS.EventEmitter, "on">;
  readonly log: Log;
  readonly metrics: ProcessMetrics;
  /** Stops in order, then exits with this code. */
  readonly stop: (exitCode: number) => void;
}

/** Puts the policy in force. */
export function applyFaultPolicy({ process, log, metrics, stop }: FaultPolicyDependencies): void {
  for (const kind of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(kind, (err: unknown) => {
      metrics.fault(kind);
      log.fatal({ err, kind }, "uncaught error, stopping");
      stop(1);
    });
  }
}
