/**
 * The README, as its reader follows it: each kubectl command of its page, and what the page says it prints.
 * `UPDATE_GOLDEN=1` rewrites the page.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { checkPage } from "../../console-blocks.ts";
import { currentCluster } from "../cluster.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectl, kubectlPath } from "../kubectl.ts";
import { runCommand } from "../run-command.ts";
import { scenario } from "../scenario.ts";

const injector = injectorOfFile();
const root = join(import.meta.dirname, "../../..");
/** The namespace that the page creates. */
const namespace = "shop";

/** Through a shell, as typed: the page quotes its arguments. Both streams, in the order in which a reader sees them. */
async function type(command: string): Promise<string> {
  const script = `cd "$ROOT" && { ${command}\n} 2>&1`;
  const path = `${dirname(kubectlPath())}:${process.env["PATH"] ?? ""}`;
  const env = { ...process.env, PATH: path, ROOT: root, KUBECONFIG: currentCluster().kubeconfig };
  return (await runCommand("bash", ["-c", script], { env })).stdout;
}

/** A new namespace gets its service account a moment later, and a pod needs it; nobody types that fast. */
async function untilUsable(): Promise<void> {
  await kubectl(["-n", namespace, "wait", "--for=create", "serviceaccount/default", "--timeout=30s"]);
}

scenario("README: kubectl prints what the page says", async ({ cleanUp }) => {
  cleanUp(() => kubectl(["delete", "namespace", namespace, "--wait=false"]));
  const wrong = await checkPage(join(root, "README.md"), async (command) => {
    if (!command.startsWith("kubectl ")) return undefined;
    const output = await type(command);
    // The page installs the manifests as they are shipped; here the Service leads to the processes of this run.
    if (command.includes("install.yaml")) await injector().reapply();
    if (command.includes("create namespace")) await untilUsable();
    return output;
  });
  assert.deepEqual(wrong, []);
});
