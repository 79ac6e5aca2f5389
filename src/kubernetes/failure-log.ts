/**
 * Logs a failure that may go on for hours: the first as a warning, its repetitions for whoever debugs, the recovery
 * once, with how many there were.
 */
import type { Log } from "../observability/logger.ts";

export interface FailureLog {
  readonly failed: (error: unknown) => void;
  /** Says nothing unless something had failed. */
  readonly recovered: () => void;
}

export interface FailureMessages {
  /** e.g. `namespace watch failed`. */
  readonly failed: string;
  /** e.g. `namespace watch recovered`. */
  readonly recovered: string;
}

/**
 * A log of one thing that fails and recovers.
 *
 * @param fields what tells it from others with the same messages
 */
export function createFailureLog(log: Log, messages: FailureMessages, fields: object = {}): FailureLog {
  let failures = 0;
  return {
    failed: (error) => {
      failures += 1;
      const level = failures === 1 ? "warn" : "debug";
      log[level]({ ...fields, err: error, failures }, messages.failed);
    },
    recovered: () => {
      if (failures > 0) log.info({ ...fields, failures }, messages.recovered);
      failures = 0;
    },
  };
}
