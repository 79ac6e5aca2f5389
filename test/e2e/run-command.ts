/**
 * Running a program to its end, with everything it said. No shell: arguments are what they are.
 */
import { spawn } from "node:child_process";
import { buffer, text } from "node:stream/consumers";

export interface CommandResult {
  /** The exit code; 128 + the signal's number is not used: a program that a signal ended throws instead. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Written to standard input; none means an empty one. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; the program is killed afterwards. */
  readonly timeoutMs?: number;
  /** Show standard error as it comes (progress of a long command), instead of capturing it. */
  readonly showStderr?: boolean;
}

/** The program's output and exit code, whichever that is; throws when it could not start or a signal ended it. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(file, args, {
    env: options.env ?? process.env,
    stdio: ["pipe", "pipe", options.showStderr === true ? "inherit" : "pipe"],
    timeout: options.timeoutMs ?? 120_000,
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === null) reject(new Error(`${file} ${args.join(" ")}: ended by ${signal ?? "a signal"}`));
      else resolve(code);
    });
  });
  // A program that does not read its input closes the pipe early; that is no failure of ours.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input ?? "");
  const [stdout, stderr, code] = await Promise.all([
    child.stdout === null ? "" : text(child.stdout),
    child.stderr === null ? "" : buffer(child.stderr).then((bytes) => bytes.toString("utf8")),
    ended,
  ]);
  return { code, stdout, stderr };
}
