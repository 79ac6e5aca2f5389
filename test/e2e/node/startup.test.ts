/**
 * How an injected pod starts: its first packet already goes through the proxy, init containers have network, and it does
 * not take much longer.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { createPod, deletePod, podsPath } from "../stored-pod.ts";
import { applicationDeployment, applicationService, toolsPod } from "./application.ts";
import { installedOnNode } from "./installation.ts";
import { proxyTraffic } from "./proxy-traffic.ts";
import { nameOf, podOfDeployment, run, showPodsOnFailure } from "./running-pods.ts";

installedOnNode();

const fetchOnce = "timeout 10 wget -q -O - http://web/ && echo && exec sleep 1000000";

scenario("startup: the application's first packet goes through the proxy", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  await run(namespace, applicationService("web"), applicationDeployment("web"));
  const server = nameOf(await podOfDeployment(namespace, "web"));
  const before = await proxyTraffic(namespace, server);
  await run(namespace, withCommand(toolsPod("client"), fetchOnce));
  await eventually("one request, out of the client's proxy and in through the server's", async () => {
    const [out, into] = await Promise.all([proxyTraffic(namespace, "client"), proxyTraffic(namespace, server)]);
    return out.outbound.httpRequests === 1 && into.inbound.httpRequests - before.inbound.httpRequests === 1;
  });
  assert.match(await logOf(namespace, "client", "tools"), /"path":"\/"/);
});

scenario("startup: an init container has network, through the proxy", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  await run(namespace, applicationService("web"), applicationDeployment("web"));
  const image = "outrigger.test/tools:1";
  const command = ["sh", "-c", "timeout 10 wget -q -O - http://web/from-init"];
  await run(namespace, toolsPod("client", { spec: { initContainers: [{ name: "migrate", image, command }] } }));
  assert.match(await logOf(namespace, "client", "migrate"), /"path":"\/from-init"/);
  assert.equal((await proxyTraffic(namespace, "client")).outbound.httpRequests, 1);
});

scenario("startup: what the sidecar adds to it", async ({ namespaces, note }) => {
  const plain = await namespaces.create();
  const injected = await namespaces.create(injectionEnabled);
  const times: { readonly plain: number[]; readonly injected: number[] } = { plain: [], injected: [] };
  // In turns, so that whatever else the machine does meets both.
  for (let turn = 0; turn < 5; turn += 1) {
    times.plain.push(await timeToFirstLine(plain, `plain-${turn}`));
    times.injected.push(await timeToFirstLine(injected, `injected-${turn}`));
  }
  const added = median(times.injected) - median(times.plain);
  note(`until the application runs: ${shown(times.plain)} plain, ${shown(times.injected)} with sidecar`);
  note(`the sidecar adds ${(added / 1000).toFixed(1)} s (median of 5)`);
  // The kubelet looks at its containers once a second, and an init container and a sidecar's start-up probe each wait for
  // such a look; what is on top of them is ours.
  assert.ok(added < 4_000, `the sidecar adds ${added} ms`);
});

/** Milliseconds from the request that creates the pod until the application has written its first line. */
async function timeToFirstLine(namespace: string, name: string): Promise<number> {
  const start = performance.now();
  await createPod(namespace, withCommand(toolsPod(name), "echo started; exec sleep 1000000"));
  await eventually(`${name} runs`, async () => (await logOf(namespace, name, "tools")) !== "", 60_000);
  const elapsed = performance.now() - start;
  await deletePod(namespace, name);
  return elapsed;
}

/** What a container has written; nothing while it has not started. */
async function logOf(namespace: string, pod: string, container: string): Promise<string> {
  const client = await kubernetesClient();
  const { status, text } = await client.request("GET", `${podsPath(namespace)}/${pod}/log?container=${container}`);
  return status === 200 ? text : "";
}

interface PodWithContainer {
  readonly spec: { readonly containers: readonly object[] };
}

function withCommand(pod: object, script: string): object {
  const { spec } = pod as PodWithContainer;
  const containers = spec.containers.map((container) => ({ ...container, command: ["sh", "-c", script] }));
  return { ...pod, spec: { ...spec, containers } };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function shown(times: readonly number[]): string {
  return `${times.map((ms) => (ms / 1000).toFixed(1)).join(" ")} s`;
}
