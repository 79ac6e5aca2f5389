/**
 * kubectl as a user runs it: what it prints (warnings, the reason of a refusal) and its exit code are part of what the
 * scenarios check.
 */
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { currentCluster } from "./cluster.ts";
import { runCommand } from "./run-command.ts";
import type { CommandResult } from "./run-command.ts";

export interface KubectlOptions {
  /** A manifest for `-f -`: YAML text, or an object (JSON is YAML). */
  readonly input?: string | object;
  /** Another user's kubeconfig; the administrator's otherwise. */
  readonly kubeconfig?: string;
  readonly timeoutMs?: number;
}

/** Runs kubectl and gives what it printed, whether it succeeded or not. */
export async function kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<CommandResult> {
  const { input } = options;
  return runCommand(kubectlPath(), ["--kubeconfig", options.kubeconfig ?? currentCluster().kubeconfig, ...args], {
    ...(input === undefined ? {} : { input: typeof input === "string" ? input : JSON.stringify(input) }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
}

/** Runs kubectl where only success will do: gives its standard output, throws with what it said otherwise. */
export async function kubectlOk(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
  const result = await kubectl(args, options);
  if (result.code !== 0) {
    throw new Error(`kubectl ${args.join(" ")}: exit code ${result.code}\n${result.stderr}${result.stdout}`);
  }
  return result.stdout;
}

/** `kubectl … -o json`, parsed. The caller says what it is. */
export async function kubectlJson<T>(args: readonly string[], options: KubectlOptions = {}): Promise<T> {
  return JSON.parse(await kubectlOk([...args, "-o", "json"], options)) as T;
}

let path: string | undefined;

/** The pinned kubectl, or the one that the environment variable KUBECTL names. */
export function kubectlPath(): string {
  path ??= process.env["KUBECTL"] ?? join(dirname(builtBinary()), "kubectl");
  return path;
}

function builtBinary(): string {
  const script = fileURLToPath(new URL("../../scripts/cluster/build.sh", import.meta.url));
  return execFileSync(script, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}
