/**
 * A pino logger whose lines a test can look at.
 */
import { pino } from "pino";
import type { Log } from "../src/observability/logger.ts";

export interface CapturedLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface CapturedLogger {
  readonly log: Log;
  readonly lines: readonly CapturedLine[];
}

/** Captures every level. */
export function captureLogger(): CapturedLogger {
  const lines: CapturedLine[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => lines.push(JSON.parse(line) as CapturedLine) });
  return { log, lines };
}
