/**
 * A reconcile loop whose failures are told: the first of a row in the log, and the recovery.
 */
import type { Log } from "../observability/logger.ts";
import type { FailureMessages } from "./failure-log.ts";
import { createFailureLog } from "./failure-log.ts";
import type { ReconcileLoop, ReconcileLoopOptions } from "./reconcile-loop.ts";
import { createReconcileLoop } from "./reconcile-loop.ts";

export interface LoggedLoopOptions extends Omit<ReconcileLoopOptions, "onFailure" | "onSuccess"> {
  readonly log: Log;
  readonly messages: FailureMessages;
  /** What tells it from other loops with the same messages. */
  readonly fields?: object;
  /** Hears of each failure, beside the log. */
  readonly onFailure?: (error: unknown) => void;
}

/** Makes a loop; it does nothing before the first ring. */
export function createLoggedLoop({ log, messages, fields, onFailure, ...loop }: LoggedLoopOptions): ReconcileLoop {
  const failures = createFailureLog(log, messages, fields);
  return createReconcileLoop({
    ...loop,
    onFailure: (error) => {
      failures.failed(error);
      onFailure?.(error);
    },
    onSuccess: failures.recovered,
  });
}
