/**
 * An older Outrigger to upgrade from: this very source under an older version number, with images of its own. A release
 * would be the better predecessor, but a fresh or shallow clone has none.
 */
import { cp, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "../../../src/version.ts";
import { currentCluster, runScript } from "../cluster.ts";
import type { LocalCluster } from "../cluster.ts";
import { runDirectory } from "../process-record.ts";
import { runCommand } from "../run-command.ts";
import type { CommandResult } from "../run-command.ts";

/** Its version. */
export const previousVersion = "0.0.1";

const root = fileURLToPath(new URL("../../../", import.meta.url));
/** What a build reads, beside the installed modules. */
const inputs = ["src", "manifests", "scripts", "images", "package.json", "LICENSE"];

/** Builds it, gives its images (recipes of these names) to the node, and resolves to its command line. */
export async function buildPrevious(
  cluster: LocalCluster,
  images: readonly string[] = ["outrigger", "outrigger-init"],
): Promise<(...args: readonly string[]) => Promise<CommandResult>> {
  const clone = join(runDirectory(), "previous");
  // Another file of this run may have made it.
  await rm(clone, { recursive: true, force: true });
  await mkdir(clone, { recursive: true });
  for (const input of inputs) await cp(join(root, input), join(clone, input), { recursive: true });
  await symlink(join(root, "node_modules"), join(clone, "node_modules"));
  for (const file of ["package.json", ...(await manifestFiles(clone))]) await makeOlder(join(clone, file));
  await succeed(process.execPath, [join(clone, "scripts/build.ts")]);
  const archives = await succeed(join(clone, "scripts/images/build.sh"), images);
  const args = archives.trim().split("\n");
  await runScript("import-images.sh", cluster.directory, { timeoutMs: 120_000, args });
  const cli = join(clone, "dist/outrigger.js");
  return async (...command) =>
    runCommand(process.execPath, [cli, ...command, "--kubeconfig", currentCluster().kubeconfig]);
}

async function manifestFiles(clone: string): Promise<readonly string[]> {
  const names = await readdir(join(clone, "manifests"), { recursive: true });
  return names.filter((name) => name.endsWith(".yaml")).map((name) => join("manifests", name));
}

async function makeOlder(file: string): Promise<void> {
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replaceAll(version, previousVersion));
}

async function succeed(file: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(file, args, { timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`${file} ${args.join(" ")}: exit code ${code}\n${stderr}`);
  return stdout;
}
