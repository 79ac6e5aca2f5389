/**
 * A webhook server as a child process: started, waited for, stopped.
 *
 * Whatever it writes goes to a file, its log included, so that the benchmark has no pipe to keep empty and every server
 * pays for its logging alike. Among it, a server says where it listens (an https URL) and which certificate authority
 * to trust (PEM).
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface ServerCommand {
  /** As the table names it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Beside the benchmark's own. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Server {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  stop(): Promise<void>;
}

/** A server that knows 10,000 namespaces reads them all first. */
const startMilliseconds = 60_000;
const stopMilliseconds = 10_000;
/** A startup is waited for rarely and costs the measured servers nothing. */
const pollMilliseconds = 50;

/**
 * Starts a server and waits until it has said where it listens.
 *
 * @param directory an existing directory for its output
 * @throws {Error} with its last output, where it ends or says nothing in time
 */
export async function startServer(command: ServerCommand, directory: string): Promise<Server> {
  const outputFile = join(directory, `${command.name.replaceAll(/[^a-z0-9]+/gi, "-")}.log`);
  const output = openSync(outputFile, "w");
  const child = spawn(command.command, command.args, {
    stdio: ["ignore", output, output],
    env: { ...process.env, ...command.env },
  });
  closeSync(output);
  try {
    const { url, ca } = await readAnnouncement(child, outputFile);
    if (child.pid === undefined) throw new Error("it has no process id");
    return { name: command.name, pid: child.pid, url, ca, stop: () => stopChild(child) };
  } catch (error) {
    await stopChild(child);
    throw new Error(`${command.name}: ${String(error)}\n${readFileSync(outputFile, "utf8").slice(-2000)}`);
  }
}

async function readAnnouncement(child: ChildProcess, outputFile: string): Promise<{ url: string; ca: string }> {
  const failure: { error?: Error } = {};
  child.once("error", (error) => {
    failure.error = error;
  });
  const deadline = performance.now() + startMilliseconds;
  while (performance.now() < deadline) {
    if (failure.error !== undefined) throw failure.error;
    if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`);
    const text = readFileSync(outputFile, "utf8");
    const url = /https:\/\/[^\s"]+/.exec(text)?.[0];
    const ca = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text)?.[0];
    if (url !== undefined && ca !== undefined) return { url, ca };
    await sleep(pollMilliseconds);
  }
  throw new Error(`it did not say where it listens within ${startMilliseconds / 1000} s`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const killing = setTimeout(() => child.kill("SIGKILL"), stopMilliseconds);
  await exited;
  clearTimeout(killing);
}
