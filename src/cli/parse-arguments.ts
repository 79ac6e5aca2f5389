/**
 * Reads a command's own options from its arguments; what does not fit is a usage error that names the nearest option.
 */
import { parseArgs } from "node:util";
import { OutriggerError } from "../errors.ts";
import { nearestWord } from "../nearest-word.ts";
import type { Command, OptionValues } from "./command.ts";

type Parsable = Pick<Command, "name" | "operands" | "options">;

/** An option that every command has. */
export const helpOption = { help: { short: "h", help: "show this text" } } as const;

function usage(command: Parsable, detail: string): OutriggerError {
  return new OutriggerError("OUTRIGGER_USAGE", `${detail}; see outrigger ${command.name} --help`);
}

function describeUnknown(command: Parsable, argument: string): string {
  const known = Object.keys({ ...command.options, ...helpOption });
  const nearest = nearestWord(argument.replace(/^-+/, "").replace(/=.*$/s, ""), known);
  return nearest === undefined
    ? `unknown option ${argument}`
    : `unknown option ${argument}, did you mean --${nearest}?`;
}

/**
 * Options and operands of one command.
 *
 * @throws OutriggerError `OUTRIGGER_USAGE`
 */
export function parseArguments(
  command: Parsable,
  args: readonly string[],
): { readonly options: OptionValues; readonly positionals: readonly string[] } {
  const specs = { ...command.options, ...helpOption };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const { value, short } = spec as { value?: string; short?: string };
      const type = value === undefined ? "boolean" : "string";
      return [name, { type, multiple: true, ...(short === undefined ? {} : { short }) } as const];
    }),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values: Record<string, string[]> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const spec = options[token.name];
    if (spec === undefined) throw usage(command, describeUnknown(command, token.rawName));
    if (spec.type === "string" && token.value === undefined)
      throw usage(command, `option ${token.rawName} needs a value`);
    if (spec.type === "boolean" && token.value !== undefined)
      throw usage(command, `option ${token.rawName} takes no value`);
    (values[token.name] ??= []).push(token.value ?? "true");
  }
  if (positionals.length > 0 && command.operands === "")
    throw usage(command, `unexpected argument ${positionals[0] ?? ""}`);
  return { options: values, positionals };
}
