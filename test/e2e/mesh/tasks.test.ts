/**
 * The pages of docs/tasks, as their reader follows them: each command, and what the page says it prints. Counts may be a
 * little off, as chance decides them.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlike } from "../../alike-output.ts";
import { consoleCommands } from "../../console-blocks.ts";
import type { ConsoleCommand } from "../../console-blocks.ts";
import { before } from "node:test";
import { currentCluster } from "../cluster.ts";
import { kubectl, kubectlPath } from "../kubectl.ts";
import { runCommand } from "../run-command.ts";
import { scenario } from "../scenario.ts";
import { installGatewayApi } from "./gateway-api.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { playZones, zoneOfPod } from "./played-zones.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const root = join(import.meta.dirname, "../../..");
/** The namespace that each page creates, and deletes at its end. */
const namespace = "traffic-example";

before(async () => {
  await Promise.all([awaitMesh(), installGatewayApi()]);
});

/** Through a shell, as typed. Both streams, in the order in which a reader sees them. */
async function type(command: string): Promise<string> {
  const script = `cd "$ROOT" && { ${command}\n} 2>&1`;
  const path = `${dirname(kubectlPath())}:${join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;
  const env = { ...process.env, PATH: path, ROOT: root, KUBECONFIG: currentCluster().kubeconfig };
  return (await runCommand("bash", ["-c", script], { env, timeoutMs: 180_000 })).stdout;
}

/** What waits says how long it has waited; whoever shows no output promises none. */
function promises({ output }: ConsoleCommand): boolean {
  return output !== "";
}

/** Only what looks is done again. */
function looks({ command }: ConsoleCommand): boolean {
  return command.includes(" exec ") || command.includes(" logs ");
}

const patienceMs = 20_000;

/** A reader looks a second after a change, a machine at once: what is seen is looked at again for a while. */
async function follow(step: ConsoleCommand): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const printed = await type(step.command);
    if (!promises(step) || isAlike(step.output, printed)) return;
    if (!looks(step) || performance.now() > end) {
      assert.fail(`$ ${step.command}\nthe page says:\n${step.output}\nit was:\n${printed}`);
    }
    await sleep(500);
  }
}

/** What a cluster of one node needs beside the page: page → what is done once the pods are ready; it gives how to stop that. */
const staging: Readonly<Record<string, () => Promise<() => Promise<void>>>> = {
  failover: async () => {
    const zones = { v1: await zoneOfPod(namespace, "client"), v2: "another-zone" };
    return playZones({ namespace, service: "web", zones, targetPort: 8080 });
  },
};

/** The command after which a page's pods are there. */
function isReady({ command }: ConsoleCommand): boolean {
  return command.includes(" wait --for=condition=Ready pod ");
}

for (const page of globSync("docs/tasks/*.md", { cwd: root }).sort()) {
  const task = basename(page, ".md");
  scenario(
    `tasks: ${task}: each command does what the page says`,
    async (context) => {
      context.cleanUp(() => kubectl(["delete", "namespace", namespace, "--ignore-not-found", "--timeout=90s"]));
      showMeshOnFailure(context, namespace);
      for (const step of consoleCommands(await readFile(join(root, page), "utf8"))) {
        await follow(step);
        const stage = isReady(step) ? staging[task] : undefined;
        if (stage !== undefined) context.cleanUp(await stage());
      }
    },
    { timeoutMs: 300_000 },
  );
}
