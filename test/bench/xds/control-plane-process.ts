/**
 * The built control plane as a process of its own, as a pod would run it.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { systemNamespace } from "./shop.ts";

const cli = join(import.meta.dirname, "..", "..", "..", "dist", "outrigger.js");
const reporter = join(import.meta.dirname, "heap-reporter.ts");

export interface ControlPlaneProcess {
  readonly pid: number;
  /** Of the discovery service, on 127.0.0.1. */
  readonly port: number;
  /** MiB of heap that are in use after a full collection. */
  heap(): Promise<number>;
  stop(): Promise<void>;
}

const deployment = join(import.meta.dirname, "../../../manifests/components/control-plane/deployment.yaml");

const startMs = 60_000;
const stopMs = 15_000;
const pollMs = 50;

export interface ControlPlaneProcessOptions {
  readonly kubeconfig: string;
  /** An existing file or a new one. */
  readonly logFile: string;
  /** Options for Node itself, e.g. to profile. */
  readonly nodeOptions: readonly string[];
}

/**
 * Starts it, and waits until it serves.
 *
 * @throws Error with its last output, where it does not
 */
export async function startControlPlane(options: ControlPlaneProcessOptions): Promise<ControlPlaneProcess> {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: run "make build" first`);
  const { kubeconfig, logFile, nodeOptions } = options;
  const log = openSync(logFile, "w");
  const ports = ["--host", "127.0.0.1", "--port", "0", "--health-port", "0", "--pages-port", "0"];
  const child = fork(cli, ["serve", "control-plane", "--kubeconfig", kubeconfig, ...ports], {
    stdio: ["ignore", log, log, "ipc"],
    execArgv: ["--expose-gc", "--import", reporter, ...nodeOptions],
    env: {
      ...process.env,
      NODE_ENV: "production",
      POD_NAMESPACE: systemNamespace,
      NODE_OPTIONS: shippedNodeOptions(),
    },
  });
  closeSync(log);
  try {
    const port = await readPort(child, logFile);
    if (child.pid === undefined) throw new Error("it has no process id");
    return { pid: child.pid, port, heap: () => askHeap(child), stop: () => stopChild(child) };
  } catch (error) {
    await stopChild(child);
    throw new Error(`control plane: ${String(error)}\n${readFileSync(logFile, "utf8").slice(-2_000)}`);
  }
}

interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly [Container] } } };
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

/** What Node is told where it is installed, so that memory here is memory there. */
function shippedNodeOptions(): string {
  const { spec } = parse(readFileSync(deployment, "utf8")) as Deployment;
  const { env } = spec.template.spec.containers[0];
  return env.find(({ name }) => name === "NODE_OPTIONS")?.value ?? "";
}

async function readPort(child: ChildProcess, logFile: string): Promise<number> {
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with exit code ${child.exitCode}`);
    const port = /"port":(\d+),"msg":"discovery listening"/.exec(readFileSync(logFile, "utf8"))?.[1];
    if (port !== undefined) return Number(port);
    await sleep(pollMs);
  }
  throw new Error(`it did not listen within ${startMs / 1_000} s`);
}

async function askHeap(child: ChildProcess): Promise<number> {
  const answered = once(child, "message");
  child.send("heap");
  const [mebibytes] = (await answered) as [number];
  return mebibytes;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const killing = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await exited;
  clearTimeout(killing);
}
