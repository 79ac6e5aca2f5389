/**
 * Finds the command that the arguments name, runs it, and turns what it throws into a message and an exit code.
 */
import { OutriggerError } from "../errors.ts";
import { nearestWord } from "../nearest-word.ts";
import { version } from "../version.ts";
import type { Command, Terminal } from "./command.ts";
import { commandHelp, overallHelp } from "./help.ts";
import { parseArguments } from "./parse-arguments.ts";

interface Match {
  readonly command: Command;
  readonly rest: readonly string[];
}

/** The command with the most words that the arguments begin with. */
function findCommand(commands: readonly Command[], args: readonly string[]): Match | undefined {
  const matches = commands.filter(({ name }) => name.split(" ").every((word, index) => args[index] === word));
  const [command] = matches.sort((a, b) => b.name.length - a.name.length);
  return command === undefined ? undefined : { command, rest: args.slice(command.name.split(" ").length) };
}

function unknownCommand(commands: readonly Command[], args: readonly string[]): OutriggerError {
  const words = args.filter((arg) => !arg.startsWith("-")).slice(0, 2);
  const names = commands.map(({ name }) => name);
  const nearest = nearestWord(words.join(" "), names) ?? nearestWord(words[0] ?? "", names);
  const hint = nearest === undefined ? "" : `, did you mean ${nearest}?`;
  return new OutriggerError("OUTRIGGER_USAGE", `unknown command ${words.join(" ")}${hint}`);
}

async function dispatch(commands: readonly Command[], args: readonly string[], terminal: Terminal): Promise<number> {
  const [first] = args;
  if (first === undefined || first === "help" || first === "--help" || first === "-h") {
    const named = findCommand(commands, args.slice(1));
    terminal.out(named === undefined ? overallHelp(commands) : commandHelp(named.command));
    return 0;
  }
  if (first === "version" || first === "--version") {
    terminal.out(`${version}\n`);
    return 0;
  }
  const match = findCommand(commands, args);
  if (match === undefined) throw unknownCommand(commands, args);
  const { options, positionals } = parseArguments(match.command, match.rest);
  if (options["help"] !== undefined) {
    terminal.out(commandHelp(match.command));
    return 0;
  }
  return match.command.run({ options, positionals, terminal });
}

/** Runs one command line (without `node` and the script). Resolves to the exit code; never rejects. */
export async function runCommandLine(
  commands: readonly Command[],
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    return await dispatch(commands, args, terminal);
  } catch (thrown) {
    const error = OutriggerError.from(thrown);
    terminal.err(`outrigger: ${error.message}\n  to fix: ${error.fix} (${error.code})\n`);
    if (error.code === "OUTRIGGER_INTERNAL" && thrown instanceof Error) terminal.err(`${String(thrown.stack)}\n`);
    return error.exitCode;
  }
}
