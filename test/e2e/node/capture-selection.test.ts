/**
 * Which connections go through the proxy is the user's choice, by annotations of the pod. Each scenario sends one HTTP
 * request to port 8080 and listens to one server on port 8082, and the proxy's counters tell which of the two it has seen.
 */
import assert from "node:assert/strict";
import { scenario } from "../scenario.ts";
import { hasSidecar } from "../stored-pod.ts";
import { annotatedPodsOfFile } from "./annotated-pods.ts";
import { installedOnNode } from "./installation.ts";
import { runningPod } from "./running-pods.ts";
import {
  expectTraffic,
  noTraffic,
  oneConnectionIn,
  oneConnectionOut,
  oneRequestIn,
  oneRequestOut,
} from "./watched-traffic.ts";

installedOnNode();
const pods = annotatedPodsOfFile("capture-selection", (clusterIP) => ({
  "include-inbound": { "include-inbound-ports": "8080" },
  "exclude-inbound": { "exclude-inbound-ports": "8080" },
  "include-outbound": { "include-outbound-ports": "8080", "include-outbound-cidrs": "" },
  "exclude-outbound": { "exclude-outbound-ports": "8080" },
  ranges: { "include-inbound-ports": "8000-8081,9000", "exclude-outbound-ports": "22,8000-8081" },
  "include-cidrs": { "include-outbound-cidrs": `${clusterIP}/32` },
  "exclude-cidrs": { "exclude-outbound-cidrs": `${clusterIP}/32` },
  interfaces: { "exclude-interfaces": "eth0" },
  "other-interface": { "exclude-interfaces": "eth7" },
  none: { "interception-mode": "none" },
}));

/** What a pod's proxy sees of one request to its own pod, and of one connection. */
async function expectInbound(pod: string, request: typeof noTraffic, connection: typeof noTraffic): Promise<void> {
  const { namespace, addresses, ...ask } = pods();
  const address = addresses[pod] ?? "";
  const echo = await expectTraffic(namespace, { [pod]: request }, async () => ask.request("client", address));
  assert.equal(echo.pod, pod);
  const greeting = await expectTraffic(namespace, { [pod]: connection }, async () => ask.greeting("client", address));
  assert.equal(greeting, `220 ${pod} ready\r\n`);
}

/** What a pod's proxy sees of one request that its pod sends to the server's address, and of one connection. */
async function expectOutbound(pod: string, request: typeof noTraffic, connection: typeof noTraffic): Promise<void> {
  const { namespace, addresses, ...ask } = pods();
  const address = addresses["server"] ?? "";
  const echo = await expectTraffic(namespace, { [pod]: request }, async () => ask.request(pod, address));
  assert.equal(echo.pod, "server");
  const greeting = await expectTraffic(namespace, { [pod]: connection }, async () => ask.greeting(pod, address));
  assert.equal(greeting, "220 server ready\r\n");
}

scenario("selection: without annotations everything goes through, both ways", async () => {
  await expectInbound("server", oneRequestIn, oneConnectionIn);
  await expectOutbound("client", oneRequestOut, oneConnectionOut);
});

scenario("selection: include-inbound-ports captures these ports alone", async () => {
  await expectInbound("include-inbound", oneRequestIn, noTraffic);
  await expectOutbound("include-inbound", oneRequestOut, oneConnectionOut);
});

scenario("selection: exclude-inbound-ports leaves these ports alone", async () => {
  await expectInbound("exclude-inbound", noTraffic, oneConnectionIn);
  await expectOutbound("exclude-inbound", oneRequestOut, oneConnectionOut);
});

scenario("selection: include-outbound-ports captures these ports, where no address is captured", async () => {
  await expectOutbound("include-outbound", oneRequestOut, noTraffic);
  await expectInbound("include-outbound", oneRequestIn, oneConnectionIn);
});

scenario("selection: exclude-outbound-ports leaves these ports alone", async () => {
  await expectOutbound("exclude-outbound", noTraffic, oneConnectionOut);
  await expectInbound("exclude-outbound", oneRequestIn, oneConnectionIn);
});

scenario("selection: ranges of ports stand for each port in them, both ways", async () => {
  await expectInbound("ranges", oneRequestIn, noTraffic);
  await expectOutbound("ranges", noTraffic, oneConnectionOut);
});

scenario("selection: include-outbound-cidrs captures these destinations alone", async () => {
  const { namespace, clusterIP, request } = pods();
  await expectTraffic(namespace, { "include-cidrs": oneRequestOut }, async () => request("include-cidrs", clusterIP));
  await expectOutbound("include-cidrs", noTraffic, noTraffic);
});

scenario("selection: exclude-outbound-cidrs leaves these destinations alone", async () => {
  const { namespace, clusterIP, request } = pods();
  await expectTraffic(namespace, { "exclude-cidrs": noTraffic }, async () => request("exclude-cidrs", clusterIP));
  await expectOutbound("exclude-cidrs", oneRequestOut, oneConnectionOut);
});

scenario("selection: exclude-interfaces leaves what passes there alone, both ways", async () => {
  await expectInbound("interfaces", noTraffic, noTraffic);
  await expectOutbound("interfaces", noTraffic, noTraffic);
  await expectInbound("other-interface", oneRequestIn, oneConnectionIn);
  await expectOutbound("other-interface", oneRequestOut, oneConnectionOut);
});

scenario("selection: interception-mode none captures nothing, and the sidecar is there", async () => {
  await expectInbound("none", noTraffic, noTraffic);
  await expectOutbound("none", noTraffic, noTraffic);
  assert.ok(hasSidecar(await runningPod(pods().namespace, "none")));
});
