/**
 * Pods that controllers make: every one gets its sidecar, and the sidecar knows its workload's name.
 */
import assert from "node:assert/strict";
import { after } from "node:test";
import { eventually } from "../../eventually.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectlOk } from "../kubectl.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { injectionEnabled } from "../namespaces.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { bootstrapOf, createPod, hasSidecar, podsOfApp } from "../stored-pod.ts";
import { cronJob, daemonSet, deployment, job, statefulSet } from "../workloads.ts";

injectorOfFile();

const nodesPath = "/api/v1/nodes";
const paperNode = "outrigger-e2e-paper-node";
after(async () => (await kubernetesClient()).request("DELETE", `${nodesPath}/${paperNode}`));

/** A DaemonSet makes pods for nodes; where there is none, one on paper does. */
async function ensureNode(): Promise<void> {
  const client = await kubernetesClient();
  const { items } = await client.ok<{ readonly items: readonly unknown[] }>("GET", nodesPath);
  if (items.length > 0) return;
  await client.ok("POST", nodesPath, { apiVersion: "v1", kind: "Node", metadata: { name: paperNode } });
}

/** The controller takes a run that is overdue at once, so nobody has to wait for the next minute. */
async function makeOverdue(namespace: string, name: string): Promise<void> {
  const client = await kubernetesClient();
  const lastScheduleTime = new Date(Date.now() - 90_000).toISOString().replace(/\.\d+/, "");
  const path = `/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}/status`;
  await client.ok("PATCH", path, { status: { lastScheduleTime } });
}

interface WorkloadCase {
  readonly kind: string;
  readonly object: object;
  readonly name: string;
  readonly pods: number;
  readonly before?: () => Promise<void>;
  readonly afterwards?: (namespace: string) => Promise<void>;
}

const cases: readonly WorkloadCase[] = [
  { kind: "Deployment", object: deployment("web"), name: "web", pods: 1 },
  { kind: "StatefulSet", object: statefulSet("database"), name: "database", pods: 2 },
  { kind: "DaemonSet", object: daemonSet("agent"), name: "agent", pods: 1, before: ensureNode },
  { kind: "Job", object: job("import"), name: "import", pods: 2 },
  {
    kind: "CronJob",
    object: cronJob("backup"),
    name: "backup",
    pods: 1,
    afterwards: async (namespace) => makeOverdue(namespace, "backup"),
  },
];

for (const { kind, object, name, pods: expected, before, afterwards } of cases) {
  scenario(`workloads: the pods of a ${kind} get their sidecar`, async ({ namespaces }) => {
    const namespace = await namespaces.create(injectionEnabled);
    await before?.();
    await kubectlOk(["-n", namespace, "create", "-f", "-"], { input: object });
    await afterwards?.(namespace);
    await eventually(
      `the ${kind} has its pods`,
      async () => (await podsOfApp(namespace, name)).length >= expected,
      60_000,
    );
    for (const pod of await podsOfApp(namespace, name)) {
      assert.ok(hasSidecar(pod), pod.metadata?.name);
      assert.equal(bootstrapOf(pod).node.cluster, name);
    }
  });
}

scenario("workloads: bare pods with generateName, created at the same time", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const { spec } = plainPod("web") as { readonly spec: object };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { generateName: "web-" }, spec };
  const pods = await Promise.all(Array.from({ length: 10 }, async () => createPod(namespace, pod)));
  assert.equal(new Set(pods.map(({ metadata }) => metadata?.name)).size, 10);
  for (const each of pods) {
    assert.ok(hasSidecar(each));
    assert.equal(bootstrapOf(each).node.cluster, "web");
  }
});
