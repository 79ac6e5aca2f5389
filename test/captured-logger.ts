/**
 * A pino logger whose lines a test can look at.
 */
import { pino } from "pino";
import type { Logger } from "pino";

export interface CapturedLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface CapturedLogger {
  readonly logger: Logger;
  readonly lines: readonly CapturedLine[];
}

/** Captures every level. */
export function captureLogger(): CapturedLogger {
  const lines: CapturedLine[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => lines.push(JSON.parse(line) as CapturedLine) });
  return { logger, lines };
}
