/**
 * One replica of the webhook: the built CLI with the Deployment's own arguments, as a process on this machine. It runs
 * with the kubeconfig of its service account, so that an RBAC rule that is missing shows here.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { eventually } from "../eventually.ts";
import { builtCli } from "./outrigger-command.ts";
import type { Backend } from "./load-balancer.ts";
import { recordProcess, runDirectory } from "./process-record.ts";

export interface WebhookProcess extends Backend {
  /** As its pod would be called. */
  readonly name: string;
  readonly pid: number;
  /** Everything it has logged so far. */
  log(): string;
  /** Its Prometheus metrics, as text. */
  metrics(): Promise<string>;
  waitUntilReady(timeoutMs?: number): Promise<void>;
  /** SIGTERM, as the kubelet sends it; resolves to the exit code (null if a signal ended it). */
  stop(): Promise<number | null>;
  /** SIGKILL: gone at once, connections and all. */
  kill(): Promise<void>;
}

export interface WebhookProcessOptions {
  readonly name: string;
  readonly kubeconfig: string;
  readonly namespace: string;
  /** The container's arguments as the Deployment has them; ports and the config's path are replaced. */
  readonly args: readonly string[];
  readonly configFile: string;
}

/** Starts a replica on free loopback ports; it is not ready yet. */
export async function startWebhookProcess(options: WebhookProcessOptions): Promise<WebhookProcess> {
  const port = await freePort();
  const healthPort = await freePort();
  const logDirectory = join(runDirectory(), "log");
  mkdirSync(logDirectory, { recursive: true });
  const logFile = join(logDirectory, `${options.name}.log`);
  const output = openSync(logFile, "a");
  const child = spawn(process.execPath, [builtCli, ...localArguments(options, port, healthPort)], {
    env: {
      ...process.env,
      KUBECONFIG: options.kubeconfig,
      POD_NAME: options.name,
      POD_NAMESPACE: options.namespace,
      POD_IPS: "127.0.0.1",
    },
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${builtCli} could not be started`);
  const forget = recordProcess(pid);
  const exited = once(child, "exit").then(([code]) => {
    forget();
    return code as number | null;
  });
  const status = `http://127.0.0.1:${healthPort}`;
  const isReady = (): Promise<boolean> => answersOk(`${status}/readyz`);
  const log = (): string => readFileSync(logFile, "utf8");
  return {
    name: options.name,
    pid,
    port,
    log,
    isReady,
    metrics: async () => (await fetch(`${status}/metrics`)).text(),
    waitUntilReady: async (timeoutMs = 30_000) => {
      await eventually(
        `${options.name} is ready`,
        async () => {
          if (child.exitCode !== null) throw new Error(`${options.name} ended by itself:\n${log()}`);
          return isReady();
        },
        timeoutMs,
      );
    },
    stop: async () => {
      child.kill("SIGTERM");
      return exited;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The Deployment's arguments, with this machine's ports and file. */
function localArguments(options: WebhookProcessOptions, port: number, healthPort: number): readonly string[] {
  const replaced = ["--config", "--port", "--health-port"];
  const kept = options.args.filter((arg) => !replaced.some((flag) => arg.startsWith(`${flag}=`)));
  return [...kept, `--config=${options.configFile}`, `--port=${port}`, `--health-port=${healthPort}`];
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
