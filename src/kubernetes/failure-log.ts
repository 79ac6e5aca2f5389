/**
 * Logs a failure that may go on for hours: the first as a warning, its repetitions for whoever debugs, the recovery
 * once, with how many there were.
 */
import type { Logger } from "pino";

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

/** A log of one thing that fails and recovers. */
export function createFailureLog(logger: Logger, messages: FailureMessages): FailureLog {
  let failures = 0;
  return {
    failed: (error) => {
      failures += 1;
      const level = failures === 1 ? "warn" : "debug";
      logger[level]({ err: error, failures }, messages.failed);
    },
    recovered: () => {
      if (failures > 0) logger.info({ failures }, messages.recovered);
      failures = 0;
    },
  };
}
