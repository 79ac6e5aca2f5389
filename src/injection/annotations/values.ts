/**
 * Parsers for the values of annotations: text in, typed value or a problem that says what is allowed.
 */
import { parseQuantity } from "../../kubernetes/quantity.ts";
import type { Parsed } from "../../problem.ts";
import { parsed, unparsable } from "../../problem.ts";
import { quote } from "../../quote.ts";

/** Text and the path that problems name it by -> value. */
export type ValueParser<T> = (text: string, path: string) => Parsed<T>;

function refuse(text: string, path: string, what: string, hint: string): Parsed<never> {
  return unparsable(path, `${quote(text)} is not ${what}`, hint);
}

/** One of a closed set of words, exactly as written. */
export function oneOf<const T extends string>(...words: readonly T[]): ValueParser<T> {
  return (text, path) => {
    const word = words.find((candidate) => candidate === text);
    return word === undefined
      ? refuse(text, path, "one of the allowed values", `write one of: ${words.join(", ")}`)
      : parsed(word);
  };
}

export const parseBoolean: ValueParser<boolean> = (text, path) =>
  text === "true" || text === "false"
    ? parsed(text === "true")
    : refuse(text, path, "true or false", 'write "true" or "false"');

/** A whole number in decimal digits. */
export function integerBetween(lowest: number, highest: number): ValueParser<number> {
  return (text, path) =>
    /^\d{1,9}$/.test(text) && Number(text) >= lowest && Number(text) <= highest
      ? parsed(Number(text))
      : refuse(text, path, "a whole number in range", `write a whole number from ${lowest} to ${highest}`);
}

/** A share in percent, e.g. `12.5`. */
export const parsePercent: ValueParser<number> = (text, path) =>
  /^\d{1,3}(\.\d{1,4})?$/.test(text) && Number(text) <= 100
    ? parsed(Number(text))
    : refuse(text, path, "a percentage", "write a number from 0 to 100, e.g. 12.5");

/** A resource quantity; the empty text means none, so that a pod can take away a default. */
export const parseResource: ValueParser<string | undefined> = (text, path) => {
  if (text === "") return parsed(undefined);
  const value = parseQuantity(text);
  return value === undefined || value === 0n
    ? refuse(text, path, "a resource quantity", "write a positive Kubernetes quantity, e.g. 100m or 64Mi")
    : parsed(text);
};

// Source: distribution's reference grammar ([domain/]path[:tag][@digest]), with its limits on length.
const imageForm =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@[a-zA-Z][a-zA-Z0-9]*:[0-9a-fA-F]{32,})?$/;

export const parseImage: ValueParser<string> = (text, path) =>
  text.length <= 512 && imageForm.test(text)
    ? parsed(text)
    : refuse(text, path, "an image reference", "write [registry/]name[:tag][@digest], e.g. envoyproxy/envoy:v1.40.0");

/** Envoy's own words. `warn` is Envoy's alias of `warning`. */
const level = "trace|debug|info|warning|warn|error|critical|off";
const logLevelForm = new RegExp(`^(?:${level})$`);
const componentForm = new RegExp(`^[a-z][a-z0-9_]*:(?:${level})$`);

export interface LogLevel {
  readonly overall: string;
  /** `upstream:debug,http:trace`, or empty. */
  readonly components: string;
}

/** `info`, or an overall level followed by levels of single components: `warning,upstream:debug`. */
export const parseLogLevel: ValueParser<LogLevel> = (text, path) => {
  const [overall = "", ...components] = text.split(",");
  return logLevelForm.test(overall) && components.every((component) => componentForm.test(component))
    ? parsed({ overall, components: components.join(",") })
    : refuse(
        text,
        path,
        "a log level",
        `write one of ${level.replaceAll("|", ", ")}, then components if any, e.g. warning,upstream:debug`,
      );
};

/** A comma-separated list of words of one form; the empty text is the empty list. */
export function listOf(form: RegExp, what: string, example: string): ValueParser<readonly string[]> {
  return (text, path) => {
    if (text.trim() === "") return parsed([]);
    const items = text.split(",").map((item) => item.trim());
    const wrong = items.filter((item) => !form.test(item));
    return wrong.length === 0
      ? parsed(items)
      : {
          ok: false,
          problems: wrong.map((item) => ({
            path,
            message: `${quote(item)} is not ${what}`,
            hint: `write them separated by commas, e.g. ${example}`,
          })),
        };
  };
}
