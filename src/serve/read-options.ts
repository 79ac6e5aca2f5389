/**
 * Options of the servers, read into values; what does not fit is told with what does.
 */
import type { OptionValues } from "../cli/command.ts";
import { optionOf } from "../cli/command.ts";
import { OutriggerError } from "../errors.ts";
import type { LogLevel } from "../observability/logger.ts";
import { logLevels } from "../observability/logger.ts";

export const highestPort = 65_535;

/**
 * A whole number from 0 to `highest`; undefined where the option is not given.
 *
 * @throws OutriggerError `OUTRIGGER_USAGE`
 */
export function readNumber(options: OptionValues, name: string, highest: number): number | undefined {
  const text = optionOf(options, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : highest + 1;
  if (value <= highest) return value;
  throw new OutriggerError("OUTRIGGER_USAGE", `--${name} ${text} is not a whole number from 0 to ${highest}`);
}

/** `info` unless it is given. */
export function readLogLevel(options: OptionValues): LogLevel {
  const text = optionOf(options, "log-level") ?? "info";
  const level = logLevels.find((candidate) => candidate === text);
  if (level === undefined) {
    throw new OutriggerError("OUTRIGGER_USAGE", `--log-level ${text} is none of ${logLevels.join(", ")}`);
  }
  return level;
}

/** `on` or `off`. */
export function readSwitch(options: OptionValues, name: string, otherwise: boolean): boolean {
  const text = optionOf(options, name) ?? (otherwise ? "on" : "off");
  if (text === "on" || text === "off") return text === "on";
  throw new OutriggerError("OUTRIGGER_USAGE", `--${name} ${text} is neither on nor off`);
}
