/**
 * `interception-mode: tproxy`: connections come in through the proxy, and the application still sees who has opened them.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { applicationPod, applicationPorts, applicationService } from "./application.ts";
import type { Echo } from "./application.ts";
import { fetchIn } from "./client-and-server.ts";
import { awaitInstallation } from "./installation.ts";
import { ipv6Of, whyNoIpv6 } from "./ip-families.ts";
import { execOk, run, runningPod } from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";
import { expectTraffic, noTraffic, oneRequestIn, oneRequestOut, throughBoth } from "./watched-traffic.ts";

const namespaces = createTestNamespaces("transparent-proxy");
const { http, serverFirst } = applicationPorts;
let namespace = "";
let client: RunningPod;
let server: RunningPod;

before(async () => {
  await awaitInstallation();
  namespace = await namespaces.create(injectionEnabled);
  const tproxy = applicationPod("server", { annotations: { "outrigger.dev/interception-mode": "tproxy" } });
  await run(namespace, applicationService("server"), tproxy, applicationPod("client"));
  [client, server] = await Promise.all([runningPod(namespace, "client"), runningPod(namespace, "server")]);
});
after(async () => namespaces.deleteAll());

async function expectThroughBoth(url: string): Promise<Echo> {
  const expected = throughBoth("client", "server", { requests: 1 });
  const echo = await expectTraffic(namespace, expected, async () => fetchIn(namespace, "client", url));
  assert.equal(echo.pod, "server");
  return echo;
}

scenario("TPROXY: the application sees the client's address", async () => {
  for (const url of ["http://server/", `http://${server.status.podIP}:${http}/`]) {
    const { remoteAddress } = await expectThroughBoth(url);
    assert.equal(remoteAddress.replace("::ffff:", ""), client.status.podIP);
  }
});

scenario(
  "TPROXY: the same with IPv6",
  async () => {
    const { remoteAddress } = await expectThroughBoth(`http://[${ipv6Of(server)}]:${http}/`);
    assert.equal(remoteAddress, ipv6Of(client));
  },
  { impossibleBecause: await whyNoIpv6() },
);

scenario("TPROXY: a server that speaks first is heard", async () => {
  const listen = `sleep 1 | timeout 10 nc ${server.status.podIP} ${serverFirst}`;
  const expected = throughBoth("client", "server", { connections: 1 });
  const greeting = await expectTraffic(namespace, expected, async () =>
    execOk({ namespace, pod: "client" }, ["sh", "-c", listen]),
  );
  assert.equal(greeting, "220 server ready\r\n");
});

scenario("TPROXY: what the pod opens goes through the proxy, also to its own Service", async () => {
  const { podIP } = client.status;
  const outward = { client: oneRequestIn, server: oneRequestOut };
  await expectTraffic(namespace, outward, async () => fetchIn(namespace, "server", `http://${podIP}:${http}/`));
  const itself = { server: { inbound: oneRequestIn.inbound, outbound: oneRequestOut.outbound } };
  // In the pod, its own name alone is its own address.
  const service = `http://server.${namespace}.svc/`;
  await expectTraffic(namespace, itself, async () => fetchIn(namespace, "server", service));
});

scenario("TPROXY: a pod that calls its own address stays inside", async () => {
  await expectTraffic(namespace, { server: noTraffic }, async () => {
    await fetchIn(namespace, "server", `http://${server.status.podIP}:${http}/`);
    await fetchIn(namespace, "server", `http://localhost:${http}/`);
  });
});
