/**
 * Traffic of a pod passes through its proxy, in both directions and on every way to another pod; the proxies' counters
 * say so, and the applications notice nothing.
 */
import assert from "node:assert/strict";
import { kubectlJson } from "../kubectl.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { scenario } from "../scenario.ts";
import { podsPath } from "../stored-pod.ts";
import { applicationPorts } from "./application.ts";
import type { Echo } from "./application.ts";
import { clientAndServerOfFile, fetchIn } from "./client-and-server.ts";
import { installedOnNode } from "./installation.ts";
import { execOk } from "./running-pods.ts";
import {
  expectTraffic,
  noTraffic,
  oneConnectionIn,
  oneConnectionOut,
  oneRequestIn,
  oneRequestOut,
} from "./watched-traffic.ts";

installedOnNode();
const pods = clientAndServerOfFile("traffic");
const { http, h2c, serverFirst } = applicationPorts;

/** A request by the client that goes out through one proxy and comes in through the other. */
async function expectThroughBoth(url: string): Promise<Echo> {
  const { namespace, client, server } = pods();
  const expected = { [client]: oneRequestOut, [server]: oneRequestIn };
  const echo = await expectTraffic(namespace, expected, async () => fetchIn(namespace, client, url));
  assert.equal(echo.pod, server);
  return echo;
}

scenario("traffic: to a Service's ClusterIP, by its name", async () => {
  const echo = await expectThroughBoth("http://web/path?q=1");
  assert.equal(echo.path, "/path?q=1");
  assert.equal(echo.headers["host"], "web");
});

scenario("traffic: the application sees the request as it was sent, and no header of the proxies", async () => {
  const echo = await expectThroughBoth("http://web/");
  assert.deepEqual(echo.headers, { host: "web", "user-agent": "Wget" });
});

scenario("traffic: to a pod's address", async () => {
  await expectThroughBoth(`http://${pods().serverPod.status.podIP}:${http}/`);
});

scenario("traffic: to a headless Service", async () => {
  await expectThroughBoth(`http://web-headless:${http}/`);
});

scenario("traffic: to a node port", async () => {
  const { namespace, serverPod } = pods();
  const service = await kubectlJson<{ readonly spec: { readonly ports: readonly { readonly nodePort: number }[] } }>([
    ...["-n", namespace, "get", "service", "web-node"],
  ]);
  await expectThroughBoth(`http://${serverPod.status.hostIP}:${service.spec.ports[0]?.nodePort}/`);
});

scenario("traffic: from the node to a pod, as the kubelet and the API server send it", async () => {
  const { namespace, client, server } = pods();
  const path = `${podsPath(namespace)}/${server}:${http}/proxy/from-the-node`;
  const echo = await expectTraffic(namespace, { [client]: noTraffic, [server]: oneRequestIn }, async () =>
    (await kubernetesClient()).ok<Echo>("GET", path),
  );
  assert.equal(echo.path, "/from-the-node");
});

scenario("traffic: a pod that calls itself through its Service leaves and comes in through its proxy", async () => {
  const { namespace, server } = pods();
  const both = { inbound: oneRequestIn.inbound, outbound: oneRequestOut.outbound };
  const echo = await expectTraffic(namespace, { [server]: both }, async () =>
    fetchIn(namespace, server, "http://web/"),
  );
  assert.equal(echo.pod, server);
});

scenario("traffic: a pod that calls its own address stays inside", async () => {
  const { namespace, server, serverPod } = pods();
  await expectTraffic(namespace, { [server]: noTraffic }, async () => {
    await fetchIn(namespace, server, `http://${serverPod.status.podIP}:${http}/`);
    await fetchIn(namespace, server, `http://localhost:${http}/`);
  });
});

scenario("traffic: HTTP/2 stays HTTP/2", async () => {
  const { namespace, server } = pods();
  const script = `const session = require("node:http2").connect("http://web-tcp:${h2c}");
    const stream = session.request({ ":path": "/over-h2" });
    stream.setEncoding("utf8").on("data", (text) => process.stdout.write(text)).on("end", () => session.close());`;
  const both = { inbound: oneRequestIn.inbound, outbound: oneRequestOut.outbound };
  const text = await expectTraffic(namespace, { [server]: both }, async () =>
    execOk({ namespace, pod: server }, ["node", "-e", script]),
  );
  const echo = JSON.parse(text) as Echo;
  assert.equal(echo.httpVersion, "2.0");
  assert.equal(echo.path, "/over-h2");
});

scenario("traffic: a server that speaks first is heard, as plain TCP", async () => {
  const { namespace, client, server } = pods();
  const greeting = await expectTraffic(namespace, { [client]: oneConnectionOut, [server]: oneConnectionIn }, async () =>
    execOk({ namespace, pod: client }, ["sh", "-c", `sleep 2 | timeout 10 nc web-tcp ${serverFirst}`]),
  );
  assert.equal(greeting, `220 ${server} ready\r\n`);
});

scenario("traffic: names are looked up past the proxy (UDP)", async () => {
  const { namespace, client } = pods();
  await expectTraffic(namespace, { [client]: noTraffic }, async () => {
    const name = `web.${namespace}.svc.cluster.local`;
    assert.match(await execOk({ namespace, pod: client }, ["nslookup", name]), /Address/);
  });
});
