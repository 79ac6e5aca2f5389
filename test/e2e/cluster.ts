/**
 * The cluster that the scenarios talk to: the one KUBECONFIG names, or else one that `scripts/cluster` builds and starts
 * on this machine. A local one can be restarted and shows its audit log; of any other only its API is known.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "./run-command.ts";
import type { CommandResult } from "./run-command.ts";

export interface Cluster {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** What only a cluster of `scripts/cluster` has; undefined for any other. */
  readonly local: LocalCluster | undefined;
}

export interface LocalCluster {
  /** Holds state, logs and process ids; `scripts/cluster/down.sh` deletes it. */
  readonly directory: string;
  readonly auditLog: string;
}

const scripts = fileURLToPath(new URL("../../scripts/cluster/", import.meta.url));

/** The cluster of this run; throws where KUBECONFIG is not set, because no scenario starts one by itself. */
export function currentCluster(): Cluster {
  const kubeconfig = process.env["KUBECONFIG"];
  if (kubeconfig === undefined || kubeconfig === "") {
    throw new Error("KUBECONFIG is not set: run `make e2e`, or scripts/cluster/up.sh first and set what it prints");
  }
  return clusterOf(kubeconfig);
}

function clusterOf(kubeconfig: string): Cluster {
  const directory = dirname(kubeconfig);
  const local = existsSync(join(directory, "ports.sh"))
    ? { directory, auditLog: join(directory, "log", "audit.log") }
    : undefined;
  return { kubeconfig, local };
}

/**
 * Starts a cluster in `directory`, building it first where the cache has none; shows progress on standard error.
 *
 * @param withNode whether it has a node that runs pods, for which it takes root
 */
export async function startCluster(directory: string, withNode = false): Promise<Cluster> {
  const { stdout } = await runScript("up.sh", directory, { timeoutMs: 1_800_000, args: withNode ? ["--node"] : [] });
  return clusterOf(stdout.trim());
}

/** Stops it and deletes its state; its logs are copied to `keepLogs` first. */
export async function stopCluster(directory: string, keepLogs: string): Promise<void> {
  await runScript("down.sh", directory, { timeoutMs: 60_000, env: { OUTRIGGER_KEEP_LOGS: keepLogs } });
}

/** Ends the API server and starts it again on the same port; resolves when it is ready. */
export async function restartApiServer(cluster: LocalCluster, downtimeSeconds = 0): Promise<void> {
  const env = { OUTRIGGER_DOWNTIME: String(downtimeSeconds) };
  await runScript("restart-apiserver.sh", cluster.directory, { timeoutMs: 180_000, env });
}

/** Ends everything that runs on the node, as a power cut does, and starts it again; resolves when the kubelet answers. */
export async function restartNode(cluster: LocalCluster, downtimeSeconds = 0): Promise<void> {
  const env = { OUTRIGGER_DOWNTIME: String(downtimeSeconds) };
  await runScript("restart-node.sh", cluster.directory, { timeoutMs: 180_000, env });
}

export interface ScriptOptions {
  readonly timeoutMs: number;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a script of `scripts/cluster` for the cluster in `directory`; throws where it fails. */
export async function runScript(
  name: string,
  directory: string,
  { timeoutMs, args = [], env = {} }: ScriptOptions,
): Promise<CommandResult> {
  const result = await runCommand(join(scripts, name), args, {
    env: { ...process.env, ...env, OUTRIGGER_CLUSTER_DIR: directory },
    timeoutMs,
    showStderr: true,
  });
  if (result.code !== 0) throw new Error(`scripts/cluster/${name} failed with exit code ${result.code}`);
  return result;
}
