/** A terminal that keeps what is printed, with files of its own. */
import type { Command, Terminal } from "../../../src/cli/command.ts";
import { runCommandLine } from "../../../src/cli/run.ts";

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line with these files (`-` is the standard input). */
export async function runWith(
  commands: readonly Command[],
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<Run> {
  let out = "";
  let err = "";
  const read = (path: string): Promise<string> => {
    const text = files[path];
    return text === undefined ? Promise.reject(new Error(`ENOENT: ${path}`)) : Promise.resolve(text);
  };
  const terminal: Terminal = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    input: () => read("-"),
    readFile: read,
    environment: {},
  };
  const code = await runCommandLine(commands, args, terminal);
  return { code, out, err };
}
