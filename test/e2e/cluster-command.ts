/**
 * The built command line against the cluster of this run, as an administrator runs it.
 */
import { currentCluster } from "./cluster.ts";
import { builtCli } from "./outrigger-command.ts";
import { runCommand } from "./run-command.ts";
import type { CommandResult } from "./run-command.ts";

/** Runs `outrigger`, and gives what it printed whether it succeeded or not. */
export async function clusterCommand(...args: readonly string[]): Promise<CommandResult> {
  return commandAs(currentCluster().kubeconfig, ...args);
}

/** The same as another user. */
export async function commandAs(kubeconfig: string, ...args: readonly string[]): Promise<CommandResult> {
  return runCommand(process.execPath, [builtCli, ...args, "--kubeconfig", kubeconfig]);
}

/** One check of `outrigger check -o json`. */
export interface ReportedCheck {
  readonly name: string;
  readonly status: "ok" | "warning" | "error";
  readonly message: string;
  readonly details: readonly string[];
}

/** All checks, by their names. */
export async function runChecks(...args: readonly string[]): Promise<ReadonlyMap<string, ReportedCheck>> {
  const { stdout, stderr } = await clusterCommand("check", "-o", "json", ...args);
  if (stdout === "") throw new Error(stderr);
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly ReportedCheck[] };
  return new Map(checks.map((check) => [check.name, check]));
}
