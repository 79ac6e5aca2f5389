/**
 * The status of MeshTLS objects on a real API server, written by a control plane with the rights that its manifests give it
 * and no others.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../src/clock.ts";
import type { Condition } from "../../../src/control-plane/kubernetes/status/condition.ts";
import type { OwnStatus } from "../../../src/control-plane/kubernetes/status/own-status.ts";
import { clusterSurroundings } from "../../../src/serve/cluster-control-plane.ts";
import { createControlPlane } from "../../../src/serve/control-plane.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { kubectl, kubectlJson, kubectlOk } from "../kubectl.ts";
import type { ScenarioContext } from "../scenario.ts";
import { scenario } from "../scenario.ts";
import { serviceAccountKubeconfig } from "../service-account-kubeconfig.ts";

const system = "outrigger-system";
const name = "outrigger-control-plane";
const manifests = fileURLToPath(new URL("../../../manifests", import.meta.url));
const files = [
  "crds/mesh-tls",
  ...["service-account", "cluster-role", "role"].map((file) => `components/control-plane/${file}`),
];

async function installRights({ cleanUp }: ScenarioContext): Promise<void> {
  if ((await kubectl(["get", "namespace", system])).code !== 0) {
    await kubectlOk(["create", "namespace", system]);
    cleanUp(() => kubectl(["delete", "namespace", system, "--wait=false"]));
  }
  const paths = files.flatMap((file) => ["-f", `${manifests}/${file}.yaml`]);
  cleanUp(async () => {
    await kubectl(["delete", ...paths, "--ignore-not-found"]);
    await kubectl(["-n", system, "delete", "lease", name, "--ignore-not-found"]);
    await kubectl(["-n", system, "delete", "secret", "outrigger-workload-ca", "--ignore-not-found"]);
    await kubectl(["delete", "configmaps", "-A", "--field-selector=metadata.name=outrigger-trust"]);
  });
  await kubectlOk(["apply", ...paths]);
  await kubectlOk(["wait", "--for=condition=Established", "crd/meshtls.outrigger.dev", "--timeout=30s"]);
}

async function startControlPlane({ cleanUp, showOnFailure }: ScenarioContext): Promise<void> {
  const { log, lines } = captureLogger();
  const common = { clock: systemClock, random: Math.random, log };
  const surroundings = await clusterSurroundings(
    {
      kind: "cluster",
      config: undefined,
      host: "127.0.0.1",
      port: 0,
      healthPort: 0,
      pagesPort: 0,
      logLevel: "info",
      service: name,
      secret: "outrigger-workload-ca",
      givenCa: undefined,
      kubeconfig: await serviceAccountKubeconfig(system, name),
    },
    common,
    {},
  );
  const controlPlane = createControlPlane({ surroundings, ...common });
  showOnFailure("log of the control plane", () => lines.map((line) => JSON.stringify(line)).join("\n"));
  cleanUp(() => controlPlane.stop());
  await controlPlane.start(0, "127.0.0.1");
}

async function write(namespace: string, object: string, spec: object): Promise<void> {
  const input = { apiVersion: "outrigger.dev/v1alpha1", kind: "MeshTLS", metadata: { name: object, namespace }, spec };
  await kubectlOk(["apply", "-f", "-"], { input });
}

/** `True Accepted 1`: status, reason and generation of the condition, once it is about the object as it is. */
async function accepted(namespace: string, object: string): Promise<string> {
  const { metadata, status = {} } = await kubectlJson<{
    readonly metadata: { readonly generation: number };
    readonly status?: OwnStatus;
  }>(["-n", namespace, "get", "meshtls", object]);
  const [condition] = status.conditions ?? ([] as readonly Condition[]);
  if (status.observedGeneration !== metadata.generation) return "";
  return `${condition?.status ?? ""} ${condition?.reason ?? ""} ${status.observedGeneration}`;
}

scenario("MeshTLS: its status tells whether it applies, and follows what is changed", async (context) => {
  await installRights(context);
  const namespace = await context.namespaces.create();
  await startControlPlane(context);
  const becomes = (object: string, expected: string): Promise<void> =>
    eventually(`${object} is ${expected}`, async () => (await accepted(namespace, object)) === expected, 30_000);

  await write(namespace, "first", { mode: "strict" });
  await becomes("first", "True Accepted 1");
  await write(namespace, "second", { mode: "permissive" });
  await becomes("second", "False Conflicted 1");
  await write(namespace, "second", { mode: "permissive", selector: { matchLabels: { app: "web" } } });
  await becomes("second", "True Accepted 2");

  const columns = await kubectlOk(["-n", namespace, "get", "meshtls", "-o", "wide"]);
  assert.match(columns, /NAME +MODE +ACCEPTED +REASON +AGE\nfirst +strict +True +Accepted /);
});
