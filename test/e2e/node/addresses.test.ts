/**
 * More ways to a pod than by a Service's name: the name of one pod, the node's own network, and from or to pods that have no
 * sidecar.
 */
import assert from "node:assert/strict";
import { kubectlJson } from "../kubectl.ts";
import { scenario } from "../scenario.ts";
import {
  applicationPod,
  applicationPorts,
  applicationService,
  applicationStatefulSet,
  toolsPod,
} from "./application.ts";
import { clientAndServerOfFile, fetchIn } from "./client-and-server.ts";
import { installedOnNode } from "./installation.ts";
import { run, runningPod } from "./running-pods.ts";
import { expectTraffic, noTraffic, oneRequestIn, oneRequestOut } from "./watched-traffic.ts";

installedOnNode();
const pods = clientAndServerOfFile("addresses");
const { http } = applicationPorts;
const optOut = { labels: { "outrigger.dev/inject": "false" } };

scenario("addresses: each pod of a StatefulSet by its own name", async () => {
  const { namespace, client } = pods();
  const headless = applicationService("crew", { clusterIP: "None", ports: [{ port: http }] });
  await run(namespace, headless, applicationStatefulSet("crew", "crew"));
  for (const [called, other] of [
    ["crew-0", "crew-1"],
    ["crew-1", "crew-0"],
  ] as const) {
    const expected = { [client]: oneRequestOut, [called]: oneRequestIn, [other]: noTraffic };
    const echo = await expectTraffic(namespace, expected, async () =>
      fetchIn(namespace, client, `http://${called}.crew:${http}/`),
    );
    assert.equal(echo.pod, called);
  }
});

scenario("addresses: from the node's network to a pod, a ClusterIP and a node port", async () => {
  const { namespace, server, serverPod } = pods();
  await run(namespace, toolsPod("on-node", { spec: { hostNetwork: true } }));
  const { clusterIP, nodePort } = await serviceOf(namespace, "web-node");
  const { podIP, hostIP } = serverPod.status;
  for (const address of [`${podIP}:${http}`, clusterIP, `${hostIP}:${nodePort}`]) {
    const echo = await expectTraffic(namespace, { [server]: oneRequestIn }, async () =>
      fetchIn(namespace, "on-node", `http://${address}/`),
    );
    assert.equal(echo.pod, server);
  }
});

scenario("addresses: a pod without a sidecar calls one that has it", async () => {
  const { namespace, server } = pods();
  await run(namespace, toolsPod("plain-client", optOut));
  const echo = await expectTraffic(namespace, { [server]: oneRequestIn }, async () =>
    fetchIn(namespace, "plain-client", "http://web/"),
  );
  assert.equal(echo.pod, server);
});

scenario("addresses: a pod with a sidecar calls one that has none, which sees its address", async () => {
  const { namespace, client } = pods();
  await run(namespace, applicationService("plain-server"), applicationPod("plain-server", optOut));
  const echo = await expectTraffic(namespace, { [client]: oneRequestOut }, async () =>
    fetchIn(namespace, client, "http://plain-server/"),
  );
  assert.equal(echo.pod, "plain-server");
  assert.equal(echo.remoteAddress.replace("::ffff:", ""), (await runningPod(namespace, client)).status.podIP);
});

async function serviceOf(
  namespace: string,
  name: string,
): Promise<{ readonly clusterIP: string; readonly nodePort: number }> {
  const { spec } = await kubectlJson<{
    readonly spec: { readonly clusterIP: string; readonly ports: readonly { readonly nodePort: number }[] };
  }>(["-n", namespace, "get", "service", name]);
  return { clusterIP: spec.clusterIP, nodePort: spec.ports[0]?.nodePort ?? 0 };
}
