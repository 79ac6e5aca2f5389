/**
 * Advice as kubectl shows it to whoever applies a workload whose pods will not become what he expects.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../eventually.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectl, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import type { PodOptions } from "../pods.ts";
import { podTemplate } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { deployment } from "../workloads.ts";

const injector = injectorOfFile({ replicas: 1 });

/** Every kind with the same template. */
const kinds: Readonly<Record<string, (options: PodOptions) => object>> = {
  Deployment: (options) => deployment("web", options),
  StatefulSet: (options) => workload("apps/v1", "StatefulSet", { serviceName: "web", ...selecting(options) }),
  DaemonSet: (options) => workload("apps/v1", "DaemonSet", selecting(options)),
  ReplicaSet: (options) => workload("apps/v1", "ReplicaSet", selecting(options)),
  Job: (options) => workload("batch/v1", "Job", { template: ending(options) }),
  CronJob: (options) =>
    workload("batch/v1", "CronJob", {
      schedule: "0 0 1 1 *",
      jobTemplate: { spec: { template: ending(options) } },
    }),
};

function workload(apiVersion: string, kind: string, spec: object): object {
  return { apiVersion, kind, metadata: { name: "web" }, spec };
}

function selecting(options: PodOptions): object {
  return { selector: { matchLabels: { app: "web" } }, template: podTemplate("web", options) };
}

function ending(options: PodOptions): object {
  return podTemplate("web", { ...options, spec: { ...options.spec, restartPolicy: "Never" } });
}

/** Applies as a dry run, so that no controller takes it up, and gives the warnings. */
async function warningsOf(namespace: string, object: object): Promise<readonly string[]> {
  const args = ["-n", namespace, "apply", "--dry-run=server", "-f", "-"];
  const { code, stderr } = await kubectl(args, { input: object });
  assert.equal(code, 0, stderr);
  return stderr.split("\n").flatMap((line) => (line.startsWith("Warning: ") ? [line.slice("Warning: ".length)] : []));
}

for (const [kind, make] of Object.entries(kinds)) {
  scenario(`advice: a ${kind} whose pods are skipped, and one whose pods are refused`, async ({ namespaces }) => {
    const namespace = await namespaces.create(injectionEnabled);
    assert.deepEqual(await warningsOf(namespace, make({})), []);
    assert.deepEqual(await warningsOf(namespace, make({ spec: { hostNetwork: true } })), [
      `the pods of this ${kind} get no sidecar (host-network): the pod uses the node's network, where capture would redirect the whole node's traffic`,
    ]);
    const annotations = { "outrigger.dev/drain-seconds": "soon" };
    const [first = "", second = ""] = await warningsOf(namespace, make({ annotations }));
    assert.match(first, new RegExp(`^the pods of this ${kind} will be refused \\(invalid-setting\\)`));
    assert.match(second, /template\.metadata\.annotations\["outrigger\.dev\/drain-seconds"\]: "soon" is not/);
  });
}

scenario("advice: an update is advised on, a typo told with what was meant", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const apply = async (object: object): Promise<string> =>
    (await kubectl(["-n", namespace, "apply", "-f", "-"], { input: object })).stderr;
  assert.equal(await apply(deployment("web", {})), "");
  assert.equal(
    await apply(deployment("web", { annotations: { "outrigger.dev/proxy-cpu-limt": "1" } })),
    "Warning: annotation outrigger.dev/proxy-cpu-limt is unknown and has no effect; did you mean outrigger.dev/proxy-cpu-limit?\n",
  );
  const misplaced = await kubectl(["-n", namespace, "annotate", "deployment/web", "outrigger.dev/inject=false"]);
  assert.match(
    misplaced.stderr,
    /workload annotation outrigger\.dev\/inject has no effect there: it is a label of pods/,
  );
});

scenario("advice: elsewhere, and on what controllers write, nobody is asked", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const elsewhere = await namespaces.create();
  const disabled = await namespaces.create({ labels: { "outrigger.dev/injection": "disabled" } });
  // Log lines are written twice a second.
  const advised = async (): Promise<number> => {
    await sleep(1_500);
    return injector().logs().split('"msg":"advice"').length - 1;
  };
  const before = await advised();
  const hostNetwork = { spec: { hostNetwork: true } };
  for (const place of [elsewhere, disabled]) {
    await kubectlOk(["-n", place, "create", "-f", "-"], { input: deployment("web", hostNetwork) });
  }
  assert.equal(await advised(), before);
  await kubectlOk(["-n", namespace, "create", "-f", "-"], { input: deployment("web", hostNetwork) });
  await eventually("the controller has made its ReplicaSet", async () => {
    const text = await kubectlOk(["-n", namespace, "get", "replicaset", "-o", "jsonpath={.items[*].status.replicas}"]);
    return text === "1";
  });
  assert.equal(await advised(), before + 1);
});

// The last one of this file: the replicas are not started again.
scenario("advice: while the injector is away, workloads are applied without it", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  for (const replica of injector().replicas()) await replica.kill();
  assert.deepEqual(await warningsOf(namespace, deployment("web", { spec: { hostNetwork: true } })), []);
});
