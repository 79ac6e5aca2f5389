/**
 * The memory of an idle sidecar, by the kubelet's own figures.
 */
import assert from "node:assert/strict";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { toolsPod } from "./application.ts";
import { usageAfter } from "./container-usage.ts";
import { installedOnNode } from "./installation.ts";
import { run, runningPod } from "./running-pods.ts";

installedOnNode();

scenario("memory: an idle sidecar fits its request", async ({ namespaces, note }) => {
  const namespace = await namespaces.create(injectionEnabled);
  await run(namespace, toolsPod("idle"));
  const node = (await runningPod(namespace, "idle")).spec.nodeName;
  const { anonymous, workingSet } = await usageAfter(0, {
    ...{ node, namespace, pod: "idle" },
    container: "outrigger-proxy",
  });
  note(`idle sidecar: ${mebibytes(anonymous)} anonymous, ${mebibytes(workingSet)} working set`);
  assert.ok(workingSet < 64 * 2 ** 20, "the default request is 64Mi");
});

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
