/**
 * The help texts, made from the commands themselves.
 */
import type { Command, OptionSpec } from "./command.ts";
import { helpOption } from "./parse-arguments.ts";

function pad(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}

function optionRow([name, spec]: readonly [string, OptionSpec]): readonly [string, string] {
  const short = spec.short === undefined ? "    " : `-${spec.short}, `;
  const value = spec.value === undefined ? "" : ` ${spec.value}`;
  return [`${short}--${name}${value}`, spec.multiple === true ? `${spec.help} (may be repeated)` : spec.help];
}

/** Help on one command. */
export function commandHelp(command: Command): string {
  const operands = command.operands === "" ? "" : ` ${command.operands}`;
  const rows = Object.entries<OptionSpec>({ ...command.options, ...helpOption }).map(optionRow);
  return `Usage: outrigger ${command.name} [options]${operands}\n\n${command.summary}\n\nOptions:\n${pad(rows)}`;
}

/** Help on the whole binary. */
export function overallHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return (
    "Usage: outrigger COMMAND [options]\n\nA small service mesh for Kubernetes.\n\n" +
    `Commands:\n${pad(rows)}\n` +
    "outrigger COMMAND --help says more. Exit codes: 0 done, 1 something failed, 2 the arguments or files given are wrong.\n"
  );
}
