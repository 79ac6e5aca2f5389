/**
 * Outrigger as its own command line installs and removes it.
 */
import { clusterCommand } from "../cluster-command.ts";
import type { CommandResult } from "../run-command.ts";

/** Runs `outrigger`, where only success will do. */
export async function outriggerOk(...args: readonly string[]): Promise<CommandResult> {
  const result = await clusterCommand(...args);
  if (result.code !== 0) {
    throw new Error(`outrigger ${args.join(" ")}: exit code ${result.code}\n${result.stdout}${result.stderr}`);
  }
  return result;
}

/** Runs it with `-o json`, and reads what it prints. */
export async function outriggerJson<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse((await outriggerOk(...args, "-o", "json")).stdout) as T;
}

/** Leaves a cluster as if Outrigger had never been there, whatever other scenarios have left. */
export async function removeOutrigger(): Promise<void> {
  await outriggerOk("uninstall", "--yes", "--crds", "--abandon-sidecars");
}
