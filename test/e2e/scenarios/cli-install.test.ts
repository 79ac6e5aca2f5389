/**
 * `outrigger install` and `uninstall` on a real API server: what is applied in which order, and that no pod's creation is
 * held up when an installation cannot be finished.
 */
import assert from "node:assert/strict";
import { before } from "node:test";
import { clusterCommand, commandAs, runChecks } from "../cluster-command.ts";
import { installYaml, shippedObjects } from "../install.ts";
import { kubectl, kubectlJson, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { playKubelet } from "../played-kubelet.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { serviceAccountKubeconfig } from "../service-account-kubeconfig.ts";
import { createPod } from "../stored-pod.ts";

/** Whatever other scenarios have left. */
async function removeEverything(): Promise<void> {
  const { code, stderr } = await clusterCommand("uninstall", "--yes");
  assert.equal(code, 0, stderr);
}

before(removeEverything);

interface Configuration {
  readonly webhooks: readonly { readonly name: string; readonly failurePolicy: string }[];
}

scenario("cli install: a cluster without Outrigger is ready for it, and a dry run leaves it so", async () => {
  for (const { name, status, message } of (await runChecks("--pre")).values()) {
    assert.equal(status, "ok", `${name}: ${message}`);
  }
  const { code, stdout, stderr } = await clusterCommand("install", "--dry-run", "--ha");
  assert.equal(code, 0, stderr);
  assert.equal(
    stdout.trim().split("\n").length,
    (await shippedObjects()).length + 2,
    "and the policy with its binding",
  );
  assert.notEqual((await kubectl(["get", "namespace", "outrigger-system"])).code, 0);
});

scenario("cli install: a user without rights is told which, and nothing is begun", async ({ cleanUp }) => {
  await kubectlOk(["-n", "default", "create", "serviceaccount", "cli-nobody"]);
  cleanUp(async () => kubectlOk(["-n", "default", "delete", "serviceaccount", "cli-nobody"]));
  const kubeconfig = await serviceAccountKubeconfig("default", "cli-nobody");
  const { code, stderr } = await commandAs(kubeconfig, "install");
  assert.equal(code, 1);
  assert.match(stderr, /create clusterroles\.rbac\.authorization\.k8s\.io[^]*OUTRIGGER_PREFLIGHT_FAILED/);
});

scenario("cli install: replicas that do not come up leave pods alone", async ({ namespaces, cleanUp }) => {
  cleanUp(removeEverything);
  const { code, stderr } = await clusterCommand("install", "--timeout", "3");
  assert.equal(code, 1);
  assert.match(stderr, /OUTRIGGER_ROLLOUT_FAILED/);
  assert.match(stderr, /pod outrigger-injector-\S+: no node has been chosen for it yet/);
  assert.notEqual((await kubectl(["get", "mutatingwebhookconfiguration", "outrigger-injector"])).code, 0);
  const namespace = await namespaces.create(injectionEnabled);
  await createPod(namespace, plainPod("web"));
});

scenario("cli install: an API server that does not get through to the replicas holds up no pod", async (context) => {
  const { namespaces, cleanUp } = context;
  cleanUp(removeEverything);
  // The namespace first, so that its pods can be declared ready; nothing really runs, so nobody publishes a certificate.
  await kubectlOk(["apply", "--server-side", "-f", "-"], { input: (await shippedObjects())[0] ?? {} });
  const kubelet = playKubelet("outrigger-system");
  cleanUp(kubelet.stop);
  const { code, stderr } = await clusterCommand("install", "--timeout", "8");
  assert.equal(code, 1);
  assert.match(stderr, /Deployment outrigger-system\/outrigger-injector is ready\n/);
  assert.match(stderr, /no CA came into .*OUTRIGGER_WEBHOOK_SILENT/s);
  const configuration = await kubectlJson<Configuration>([
    "get",
    "mutatingwebhookconfiguration",
    "outrigger-injector",
  ]).catch(() => ({ webhooks: [] }));
  for (const { name, failurePolicy } of configuration.webhooks) assert.equal(failurePolicy, "Ignore", name);
  const namespace = await namespaces.create(injectionEnabled);
  await createPod(namespace, plainPod("web"));
});

scenario("cli install: what kubectl has applied is the same, object by object", async () => {
  await kubectlOk(["apply", "--server-side", "-f", installYaml]);
  const { code, stdout, stderr } = await clusterCommand("install", "--dry-run");
  assert.equal(code, 0, stderr);
  for (const line of stdout.trim().split("\n")) assert.match(line, / unchanged \(dry run\)$/);
});

scenario("cli install: fields that another holds are named, and taken over only when asked", async ({ cleanUp }) => {
  const scale = async (replicas: number): Promise<string> =>
    kubectlOk(["-n", "outrigger-system", "scale", "deployment/outrigger-injector", `--replicas=${replicas}`]);
  await kubectlOk(["apply", "--server-side", "-f", installYaml]);
  cleanUp(async () => scale(2));
  await scale(5);
  const refused = await clusterCommand("install", "--dry-run");
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /Deployment outrigger-system\/outrigger-injector.*\.spec\.replicas.*OUTRIGGER_APPLY_CONFLICT/s,
  );
  const forced = await clusterCommand("install", "--dry-run", "--force-conflicts");
  assert.equal(forced.code, 0, forced.stderr);
  assert.match(forced.stdout, /spec\.replicas: 5 -> 2/);
});

scenario("cli install: a mesh config that was edited stays, unless another is given", async () => {
  await kubectlOk(["apply", "--server-side", "-f", installYaml]);
  const data = { "config.yaml": "userErrors: warn\n" };
  await kubectlOk([
    ...[
      "-n",
      "outrigger-system",
      "patch",
      "configmap",
      "outrigger-config",
      "--type=merge",
      "-p",
      JSON.stringify({ data }),
    ],
  ]);
  const kept = await clusterCommand("install", "--dry-run");
  assert.match(kept.stdout, /ConfigMap outrigger-system\/outrigger-config unchanged/, kept.stderr);
  const changed = await clusterCommand("install", "--dry-run", "--set", "failureMode=deny");
  assert.match(changed.stdout, /ConfigMap outrigger-system\/outrigger-config configured/, changed.stderr);
});

scenario("cli uninstall: nothing of the installation stays", async () => {
  await kubectlOk(["apply", "--server-side", "--force-conflicts", "-f", installYaml]);
  await removeEverything();
  for (const { kind, metadata } of await shippedObjects()) {
    const namespace = metadata.namespace === undefined ? [] : ["-n", metadata.namespace];
    const { stdout } = await kubectl([...namespace, "get", kind, metadata.name, "--ignore-not-found", "-o", "name"]);
    assert.equal(stdout, "", `${kind} ${metadata.name}`);
  }
  const again = await clusterCommand("uninstall", "--yes");
  assert.match(again.stderr, /there was nothing to remove/);
});
