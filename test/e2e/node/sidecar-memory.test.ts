/**
 * The memory of an idle sidecar, by the kubelet's own figures.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { toolsPod } from "./application.ts";
import { installedOnNode } from "./installation.ts";
import { run, runningPod } from "./running-pods.ts";

installedOnNode();

interface StatsSummary {
  readonly pods: readonly {
    readonly podRef: { readonly namespace: string };
    readonly containers: readonly { readonly name: string; readonly memory?: Memory }[];
  }[];
}

interface Memory {
  /** Anonymous memory. */
  readonly rssBytes?: number;
  /** With the file pages in use: what a limit and an eviction look at. */
  readonly workingSetBytes?: number;
}

scenario("memory: an idle sidecar fits its request", async ({ namespaces, note }) => {
  const namespace = await namespaces.create(injectionEnabled);
  await run(namespace, toolsPod("idle"));
  const node = (await runningPod(namespace, "idle")).spec.nodeName;
  let memory: Memory = {};
  // The kubelet measures a new container some seconds later.
  await eventually(
    "measured",
    async () => (memory = await proxyMemory(namespace, node)).rssBytes !== undefined,
    60_000,
  );
  const { rssBytes = 0, workingSetBytes = 0 } = memory;
  note(`idle sidecar: ${mebibytes(rssBytes)} anonymous, ${mebibytes(workingSetBytes)} working set`);
  assert.ok(workingSetBytes < 64 * 2 ** 20, "the default request is 64Mi");
});

async function proxyMemory(namespace: string, node: string): Promise<Memory> {
  const client = await kubernetesClient();
  const { pods } = await client.ok<StatsSummary>("GET", `/api/v1/nodes/${node}/proxy/stats/summary`);
  const containers = pods.filter(({ podRef }) => podRef.namespace === namespace).flatMap((pod) => pod.containers);
  return containers.find(({ name }) => name === "outrigger-proxy")?.memory ?? {};
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
