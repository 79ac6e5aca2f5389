/**
 * A network namespace that lives exactly as long as the test: a process of ours holds it open and ends with our end of
 * its standard input, so that nothing is left behind even when the test is killed.
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess, ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";

export interface Namespace {
  /** Process that holds it; `ip` and `nsenter` know the namespace by this number. */
  readonly pid: number;
  /** Runs a command inside to its end and gives what it printed; throws where it fails. */
  readonly run: (...command: readonly string[]) => string;
  /** Gives a text to a command's standard input and waits for its end; throws where it fails. */
  readonly feed: (text: string, ...command: readonly string[]) => void;
  /** Starts a command inside. */
  readonly start: (...command: readonly string[]) => ChildProcessWithoutNullStreams;
  /** Ends what was started inside, and with that the namespace. */
  readonly close: () => Promise<void>;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Makes an empty namespace whose loopback interface is up. */
export async function createNamespace(): Promise<Namespace> {
  const holder = spawn("unshare", ["--net", "sh", "-c", "ip link set lo up; echo ready; exec cat >/dev/null"]);
  await once(holder.stdout, "data");
  const pid = holder.pid ?? 0;
  const enter = ["--target", String(pid), "--net", "--"];
  const started: ChildProcess[] = [];
  return {
    pid,
    run: (...command) =>
      execFileSync("nsenter", [...enter, ...command], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
    feed: (text, ...command) => {
      execFileSync("nsenter", [...enter, ...command], { input: text, stdio: ["pipe", "ignore", "pipe"] });
    },
    start: (...command) => {
      const child = spawn("nsenter", [...enter, ...command]);
      started.push(child);
      return child;
    },
    close: async () => {
      await Promise.all([...started, holder].map(end));
    },
  };
}
