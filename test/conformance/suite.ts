/**
 * The conformance suite as a program: built once, run against the cluster that KUBECONFIG names.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { runCommand } from "../e2e/run-command.ts";

const directory = import.meta.dirname;

/** Builds it where the cache has none; gives the program's path. */
export async function buildSuite(): Promise<string> {
  const options = { timeoutMs: 1_200_000, showStderr: true };
  const { code, stdout } = await runCommand(join(directory, "build.sh"), ["suite"], options);
  if (code !== 0) throw new Error(`test/conformance/build.sh failed with exit code ${code}`);
  return join(stdout.trim(), "suite");
}

export interface SuiteRun {
  readonly program: string;
  readonly kubeconfig: string;
  /** Outrigger's, which the report is about. */
  readonly version: string;
  /** How many requests must go right in a row. */
  readonly successes: number;
  /** Where its report (`report.yaml`), a line for each test (`results.jsonl`) and its output (`log`) go. */
  readonly output: string;
  /** Further flags of the suite. */
  readonly flags: readonly string[];
  /** Aborted, the suite is stopped. */
  readonly signal: AbortSignal;
}

/** Where a run has put its report. */
export function reportPath(output: string): string {
  return join(output, "report.yaml");
}

/** Where it has put a line for each test. */
export function resultsPath(output: string): string {
  return join(output, "results.jsonl");
}

/** At the default of Go, 10 minutes, a run in which much fails would end before its last test. */
const timeout = "30m";
/** How many cases of a test run at a time: each has 30 seconds, and each request is a program started in a container. */
const parallel = 4;

/** Runs it, showing each test as it ends; resolves to whether the suite itself was content. */
export async function runSuite(run: SuiteRun): Promise<boolean> {
  const { program, kubeconfig, version, successes, output, flags, signal } = run;
  const args = [
    "-test.v",
    `-test.timeout=${timeout}`,
    `-test.parallel=${parallel}`,
    `-conformance-options-file=${join(directory, "options.yaml")}`,
    `-timeout-config-overrides=RequiredConsecutiveSuccesses:${successes}`,
    `-version=v${version}`,
    `-report-output=${reportPath(output)}`,
    `-results=${resultsPath(output)}`,
    ...flags,
  ];
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const suite = spawn(program, args, { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"] });
  signal.addEventListener("abort", () => suite.kill());
  const ended = once(suite, "close") as Promise<[number | null]>;
  const log = createWriteStream(join(output, "log"));
  suite.stderr.pipe(log, { end: false });
  for await (const line of createInterface({ input: suite.stdout })) {
    log.write(`${line}\n`);
    if (/^ {4}--- (PASS|FAIL)/.test(line) || /^ {8,}--- FAIL/.test(line)) process.stderr.write(`${line}\n`);
  }
  const [code] = await ended;
  log.end();
  signal.throwIfAborted();
  return code === 0;
}
