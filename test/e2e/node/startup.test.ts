/**
 * How an injected pod starts: its first packet already goes through the proxy, and init containers have network.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { podsPath } from "../stored-pod.ts";
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
