/**
 * An application that calls what its sidecar does not know yet: held, asked for, and passed on over mTLS.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { DeclaredProtocol } from "../../../src/control-plane/model/destination.ts";
import { parseAddress } from "../../../src/control-plane/model/address.ts";
import { ports } from "../../../src/envoy/ports.ts";
import { eventually } from "../../eventually.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { endpoint, service } from "../../mesh/sample-mesh.ts";
import { at } from "../envoy/sidecar.ts";
import { elsewhere, podAddress } from "./mesh-network.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, serverPod, startTwoSidecars } from "./two-sidecars.ts";

const [clientUri, serverUri] = ["client", "server"].map((account) => `spiffe://cluster.local/ns/shop/sa/${account}`);
const passing = { namespace: "elsewhere" };

function serviceAt(address: string, protocol: DeclaredProtocol, targetPort: number): MeshStatement["services"][number] {
  const family = address.startsWith("[") ? "IPv6" : "IPv4";
  const ip = podAddress(2)[family];
  const endpoints = [{ ...endpoint(serverPod, targetPort), ip }];
  const port = parseAddress(address)?.port ?? 0;
  return service({ ...passing, address, service: `at-${targetPort}`, port, protocol, endpoints });
}

const mesh: MeshStatement = {
  services: [
    serviceAt("10.96.0.1:80", "http", at.pages),
    serviceAt("10.96.0.2:80", "grpc", at.grpc),
    serviceAt("10.96.0.3:80", "http", at.pages),
    serviceAt("10.96.0.4:80", "http", at.pages),
    serviceAt("10.96.0.5:80", "detect", at.echo),
    serviceAt("10.96.0.6:80", "tcp", at.undeclared),
    serviceAt("10.96.0.7:3306", "tcp", at.opaque),
    serviceAt("[fd96::1]:80", "http", at.pages),
    serviceAt("10.96.0.20:80", "http", at.pages),
    serviceAt("10.96.0.21:80", "http", at.pages),
    serviceAt(`10.96.0.30:${ports.outbound}`, "http", at.pages),
    service({ ...passing, address: "10.96.0.8:80", service: "empty", endpoints: [] }),
    service({
      ...passing,
      address: "10.96.0.9:80",
      service: "impostor",
      endpoints: [{ ...endpoint(serverPod, at.pages), identity: "spiffe://cluster.local/ns/shop/sa/other" }],
    }),
  ],
  workloads: [clientPod, serverPod],
  inspectedPorts: [80, at.pages, ports.outbound],
  opaqueAddresses: ["10.96.0.6:80"],
};

describe("a destination that the sidecar does not know yet", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startTwoSidecars({ mesh });
  });
  after(() => pods.close());

  const clusters = async (): Promise<string> => pods.client.admin("/clusters");
  const lastLog = async (pod: "client" | "server", destination: string): Promise<Readonly<Record<string, unknown>>> => {
    let line: Readonly<Record<string, unknown>> | undefined;
    await eventually(`a line of ${destination}`, () => {
      line = pods[pod].envoy.accessLog().findLast(({ original_destination }) => original_destination === destination);
      return line !== undefined;
    });
    return line ?? {};
  };

  test("the first request is held and served, over mTLS, with both identities checked", async () => {
    assert.doesNotMatch(await clusters(), /10\.96\.0\.1:80/);
    const page = await pods.client.application.getPage({ host: "10.96.0.1", port: 80, path: "/first" });
    assert.equal(page.status, 200, page.body);
    assert.match(page.body, new RegExp(`"x-forwarded-client-cert","By=${serverUri};Hash=[0-9a-f]+;URI=${clientUri}"`));
    assert.doesNotMatch(page.body, /x-outrigger|x-envoy|x-forwarded-proto|x-request-id/);
    assert.equal((await lastLog("client", "10.96.0.1:80"))["upstream_peer"], serverUri);
    assert.equal((await lastLog("server", `${podAddress(2).IPv4}:${at.pages}`))["downstream_peer"], clientUri);
    assert.match(await clusters(), /^http\|10\.96\.0\.1:80::/m);
  });

  test("HTTP/2 as the first request, gRPC's kind", async () => {
    const page = await pods.client.application.getPageOverHttp2("http://10.96.0.2:80/cart");
    assert.equal(page.body, "GET /cart over HTTP/2");
    assert.equal((await lastLog("client", "10.96.0.2:80"))["upstream_peer"], serverUri);
  });

  test("a large body as the first request", async () => {
    const send = [`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n${"x".repeat(300_000)}`];
    const heard = await pods.client.application.talk({
      host: "10.96.0.3",
      port: 80,
      send,
      end: false,
      until: '"client"',
    });
    assert.match(heard.text, /^HTTP\/1.1 200 /, heard.failure);
  });

  test("an upgrade as the first request", async () => {
    const upgrade = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    const send = [upgrade, "frame"];
    const heard = await pods.client.application.talk({
      host: "10.96.0.4",
      port: 80,
      send,
      pauseMs: 300,
      end: false,
      until: "frame",
    });
    assert.match(heard.text, /^HTTP\/1.1 101 .*frame$/s, heard.failure);
  });

  test("IPv6", async () => {
    const page = await pods.client.application.getPage({ host: "fd96::1", port: 80, path: "/" });
    assert.equal(page.status, 200, page.body);
    assert.match(page.body, new RegExp(`URI=${clientUri}`));
  });

  test("other bytes on a port that is inspected", async () => {
    const heard = await pods.client.application.talk({
      host: "10.96.0.5",
      port: 80,
      send: ["hello"],
      end: false,
      until: "hello",
    });
    assert.equal(heard.failure, undefined);
    assert.equal((await lastLog("client", "10.96.0.5:80"))["upstream_peer"], serverUri);
  });

  test("a server that speaks first: at an opaque address on an inspected port, and on a port that nobody inspects", async () => {
    for (const [host, port] of [
      ["10.96.0.6", 80],
      ["10.96.0.7", 3306],
    ] as const) {
      const heard = await pods.client.application.talk({ host, port, send: ["one"], end: true });
      assert.match(heard.text, /^welcome .*\nonegoodbye\n$/);
      assert.equal((await lastLog("client", `${host}:${port}`))["upstream_peer"], serverUri);
      const again = await pods.client.application.talk({ host, port, send: [], end: false, until: "welcome" });
      // Nothing waits for the client's first bytes, which never come: that would be 200 ms.
      assert.ok(again.firstByteMs < 190, `${again.firstByteMs} ms`);
    }
  });

  test("a pod by its own address, over mTLS", async () => {
    const host = podAddress(2).IPv4;
    const page = await pods.client.application.getPage({ host, port: at.pages, path: "/" });
    assert.match(page.body, new RegExp(`URI=${clientUri}`));
    const heard = await pods.client.application.talk({
      host,
      port: at.echo,
      send: ["hello"],
      end: false,
      until: "hello",
    });
    assert.equal(heard.failure, undefined);
    assert.equal((await lastLog("client", `${host}:${at.echo}`))["upstream_peer"], serverUri);
  });

  test("what nothing in the cluster has is passed on; if it is public, the control plane is not asked", async () => {
    for (const host of [elsewhere.private, elsewhere.public]) {
      const page = await pods.client.application.getPage({ host, port: at.pages, path: "/" });
      assert.equal(page.status, 200, page.body);
      const heard = await pods.client.application.talk({ host, port: at.opaque, send: ["one"], end: true });
      assert.match(heard.text, /onegoodbye/);
    }
    assert.match(await clusters(), new RegExp(`\\|${elsewhere.private}:${at.pages}::`));
    assert.doesNotMatch(await clusters(), new RegExp(`\\|${elsewhere.public}:`));
  });

  test("a Service on the port of the sidecar's outbound listener is passed on as bytes, over mTLS", async () => {
    const port = ports.outbound;
    const page = await pods.client.application.getPage({ host: "10.96.0.30", port, path: "/" });
    assert.equal(page.status, 200, page.body);
    const { upstream_peer, protocol } = await lastLog("client", `10.96.0.30:${port}`);
    assert.deepEqual([upstream_peer, protocol], [serverUri, "TCP"]);
    const refused = (await pods.controlPlane.logged()).filter(({ msg }) => msg === "proxy refused resources");
    assert.deepEqual(refused, []);
  });

  test("so is anything else there; but not what the pod opens to itself, which would go round in a loop", async () => {
    await pods.world.serve("pages", ports.outbound);
    for (const host of [elsewhere.private, elsewhere.public]) {
      const page = await pods.client.application.getPage({ host, port: ports.outbound, path: "/" });
      assert.equal(page.status, 200, page.body);
    }
    const cpu = pods.client.envoy.cpuSeconds();
    for (const host of [podAddress(1).IPv4, podAddress(1).IPv6, "127.0.0.1"]) {
      const send = ["GET / HTTP/1.1\r\n\r\n"];
      const heard = await pods.client.application.talk({ host, port: ports.outbound, send, end: false });
      assert.equal(heard.text, "");
    }
    assert.ok(pods.client.envoy.cpuSeconds() - cpu < 1);
  });

  test("on the sidecar's other ports, what others have there is reached, and not the sidecar", async () => {
    await pods.world.serve("pages", ports.inbound);
    const host = elsewhere.private;
    const page = await pods.client.application.getPage({ host, port: ports.inbound, path: "/other" });
    assert.match(page.body, /"url":"\/other"/);
    const metrics = { host: podAddress(2).IPv4, port: ports.stats, path: "/stats/prometheus" };
    const asPod = (await pods.client.application.getPage(metrics)).body;
    assert.match(asPod, /envoy_server_live/);
    // The server's sidecar has called nobody; the client's has a cluster of each destination.
    assert.doesNotMatch(asPod, /elsewhere\/at-/);
  });

  test("a Service without endpoints answers 503, and soon", async () => {
    const page = await pods.client.application.getPage({ host: "10.96.0.8", port: 80, path: "/" });
    assert.equal(page.status, 503);
    assert.match(String((await lastLog("client", "10.96.0.8:80"))["response_flags"]), /UH/);
  });

  test("a server with another identity than the Service's is not talked to", async () => {
    const page = await pods.client.application.getPage({ host: "10.96.0.9", port: 80, path: "/" });
    assert.equal(page.status, 503);
    assert.match(JSON.stringify(await lastLog("client", "10.96.0.9:80")), /CERTIFICATE_VERIFY_FAILED/);
  });

  test("the private header is the sidecar's own: a client's is overwritten, and no server sees one", async () => {
    const forged = { "x-outrigger-destination": `http|${elsewhere.private}:1`, connection: "x-outrigger-destination" };
    const page = await pods.client.application.getPage({
      host: "10.96.0.1",
      port: 80,
      path: "/forged",
      headers: forged,
    });
    assert.equal(page.status, 200, page.body);
    assert.doesNotMatch(page.body, /x-outrigger-destination"/);
    assert.match(page.body, /"url":"\/forged"/);
  });

  test("a caller cannot lie about who it is", async () => {
    const headers = { "x-forwarded-client-cert": "URI=spiffe://cluster.local/ns/bank/sa/boss" };
    const page = await pods.client.application.getPage({ host: "10.96.0.1", port: 80, path: "/", headers });
    assert.match(page.body, new RegExp(`URI=${clientUri}`));
    assert.doesNotMatch(page.body, /boss/);
  });

  test("without a control plane, what is known goes on, what is new fails after a while and works once it is back", async () => {
    await pods.controlPlane.stop();
    const call = (host: string): Promise<{ readonly status: number; readonly ms: number }> =>
      pods.client.application.getPage({ host, port: 80, path: "/" });
    assert.equal((await call("10.96.0.1")).status, 200);
    const failed = await call("10.96.0.20");
    assert.equal(failed.status, 503);
    assert.ok(failed.ms > 9_000, `${failed.ms} ms`);
    await pods.controlPlane.start(pods.start);
    await eventually("the new one is served", async () => (await call("10.96.0.20")).status === 200, 20_000);
    assert.equal((await call("10.96.0.21")).status, 200);
  });
});
