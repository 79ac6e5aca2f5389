/**
 * The shipped manifests, judged by the API server: schema, CEL, Pod Security.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { eventually } from "../../eventually.ts";
import { installYaml, removeWebhookConfiguration, shippedObjects } from "../install.ts";
import { kubectl, kubectlJson, kubectlOk, kubectlPath } from "../kubectl.ts";
import { runCommand } from "../run-command.ts";
import { scenario } from "../scenario.ts";

const manifests = fileURLToPath(new URL("../../../manifests/", import.meta.url));
const system = ["-n", "outrigger-system"];

scenario("manifests: install.yaml applies cleanly, server-side", async ({ cleanUp }) => {
  cleanUp(removeWebhookConfiguration);
  const applied = await kubectl(["apply", "--server-side", "--force-conflicts", "-f", installYaml]);
  assert.equal(applied.stderr, "", "no error, no warning");
  assert.equal(applied.code, 0);
  const objects = await shippedObjects();
  assert.equal(applied.stdout.trimEnd().split("\n").length, objects.length, "one line for each object");
});

scenario("manifests: applying install.yaml again changes nothing", async ({ cleanUp }) => {
  cleanUp(removeWebhookConfiguration);
  await kubectlOk(["apply", "--server-side", "--force-conflicts", "-f", installYaml]);
  const before = await generations();
  await kubectlOk(["apply", "--server-side", "-f", installYaml]);
  assert.deepEqual(await generations(), before);
});

scenario("manifests: Pod Security lets the injector's own pods in", async ({ cleanUp }) => {
  cleanUp(removeWebhookConfiguration);
  await kubectlOk(["apply", "--server-side", "--force-conflicts", "-f", installYaml]);
  await eventually("both replicas exist", async () => {
    const pods = await kubectlOk([
      ...system,
      "get",
      "pods",
      "-l",
      "app.kubernetes.io/name=outrigger-injector",
      "-o",
      "name",
    ]);
    return pods.trim().split("\n").length === 2;
  });
});

scenario("manifests: our renderer and kubectl kustomize make the same objects", async () => {
  const script = fileURLToPath(new URL("../../../scripts/manifests/compare-with-kubectl.ts", import.meta.url));
  const { code, stdout, stderr } = await runCommand(process.execPath, [script, kubectlPath()]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /same objects in the same order: install\.yaml/);
});

for (const overlay of ["development", "high-availability"]) {
  scenario(`manifests: the overlay ${overlay} applies cleanly`, async ({ cleanUp }) => {
    cleanUp(removeWebhookConfiguration);
    await kubectlOk(["apply", "--server-side", "--force-conflicts", "-f", installYaml]);
    const input = await kubectlOk(["kustomize", `${manifests}overlays/${overlay}`]);
    const applied = await kubectl(["apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", "-"], {
      input,
    });
    assert.equal(applied.stderr, "");
    assert.equal(applied.code, 0);
  });
}

/** What the API server counts up whenever an object's specification changes. */
async function generations(): Promise<Readonly<Record<string, number>>> {
  const kinds = "deployments,poddisruptionbudgets,networkpolicies,mutatingwebhookconfigurations";
  const { items } = await kubectlJson<{
    readonly items: readonly { readonly kind: string; readonly metadata: { name: string; generation?: number } }[];
  }>([...system, "get", kinds]);
  const ours = items.filter(({ metadata }) => metadata.name === "outrigger-injector");
  return Object.fromEntries(ours.map(({ kind, metadata }) => [kind, metadata.generation ?? 0]));
}
