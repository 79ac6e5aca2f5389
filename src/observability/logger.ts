/**
 * Logs: pino, one JSON object a line, constant messages with everything that varies in fields.
 *
 * Lines are collected in memory and written asynchronously, so that a slow disk or pipe never holds up an admission. They are
 * flushed twice a second, and at exit (pino does so by itself for this kind of destination) together with the last one.
 */
import pino from "pino";

/** The part of a pino logger that Outrigger uses. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
}

export const logLevels = ["debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Logging {
  readonly log: Log;
  /** Writes what is still in memory, at once and synchronously: for the last moment of the process. */
  readonly flush: () => void;
}

/** Bytes collected before a write: under load some forty lines; a write for each dozen shows in the profile. */
const bufferedBytes = 12_288;
/** Bytes kept for a destination that takes none, beyond which lines are lost rather than the process: about 30,000 admissions. */
const maxBufferedBytes = 8 * 1024 * 1024;
/** How long a line may wait for others, in ms. */
const flushInterval = 500;

/**
 * Starts logging.
 *
 * @param destination an open file descriptor; 1 is the standard output. Not a path, which would be opened asynchronously: lines of
 *   a process that ends before that could not be flushed
 */
export function startLogging(level: LogLevel, destination = 1): Logging {
  const stream = pino.destination({
    dest: destination,
    sync: false,
    minLength: bufferedBytes,
    maxLength: maxBufferedBytes,
    periodicFlush: flushInterval,
  });
  const log = pino(
    {
      level,
      // No pid and hostname: in a container they are always 1 and the pod's name, which the log collector adds anyway.
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    stream,
  );
  return {
    log,
    flush: () => {
      stream.flushSync();
    },
  };
}
