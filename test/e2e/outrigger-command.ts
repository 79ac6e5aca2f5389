/**
 * The built command line, as a user runs it.
 */
import { fileURLToPath } from "node:url";
import { runCommand } from "./run-command.ts";

/** Path of the bundle that `make build` makes. */
export const builtCli = fileURLToPath(new URL("../../dist/outrigger.js", import.meta.url));

/** Runs `outrigger` where only success will do: gives its standard output, throws with what it said otherwise. */
export async function outrigger(args: readonly string[], input: string | object): Promise<string> {
  const text = typeof input === "string" ? input : JSON.stringify(input);
  const { code, stdout, stderr } = await runCommand(process.execPath, [builtCli, ...args], { input: text });
  if (code !== 0) throw new Error(`outrigger ${args.join(" ")}: exit code ${code}\n${stderr}`);
  return stdout;
}
