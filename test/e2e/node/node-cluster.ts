/**
 * The cluster of the scenarios that need running pods: `scripts/cluster` with a node, and this clone's images in it. A run
 * fails if it leaves anything behind on the machine.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runScript, startCluster, stopCluster } from "../cluster.ts";
import { runCommand } from "../run-command.ts";

const buildImages = fileURLToPath(new URL("../../../scripts/images/build.sh", import.meta.url));

/** Starts it in `directory` and gives it the images; resolves to the path of an administrator's kubeconfig. */
export async function startNodeCluster(directory: string): Promise<string> {
  const archives = await imageArchives();
  const { stdout: before } = await runScript("leftovers.sh", directory, { timeoutMs: 60_000 });
  await writeFile(machineBefore(directory), before);
  const { kubeconfig } = await startCluster(directory, true);
  await runScript("import-images.sh", directory, { timeoutMs: 300_000, args: archives });
  return kubeconfig;
}

/** Stops it; throws if the machine then is not as it was before. */
export async function stopNodeCluster(directory: string, keepLogs: string): Promise<void> {
  await stopCluster(directory, keepLogs);
  await runScript("leftovers.sh", directory, { timeoutMs: 120_000, args: [machineBefore(directory)] });
}

/** Beside the cluster's folder, which is deleted with the cluster. */
function machineBefore(directory: string): string {
  return join(directory, "..", "machine-before");
}

/** Makes images of this clone (all, unless some are named), where the cache has none of the same inputs; gives their archives. */
export async function imageArchives(names: readonly string[] = []): Promise<readonly string[]> {
  const { code, stdout } = await runCommand(buildImages, names, { timeoutMs: 600_000, showStderr: true });
  if (code !== 0) throw new Error(`scripts/images/build.sh failed with exit code ${code}`);
  return stdout.trim().split("\n");
}
