/**
 * Captured traffic through a standalone sidecar, both ways: what arrives must be what was sent.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ports } from "../../../src/envoy/ports.ts";
import { places } from "../iptables/network.ts";
import type { Agent } from "./agent-client.ts";
import { bareResponse } from "./http-servers.ts";
import type { Sidecar } from "./sidecar.ts";
import { at, startSidecar } from "./sidecar.ts";

/** Everything about it is legal and unusual. */
const bareRequest = [
  "DELETE /a//b/../c%2Fd/%7e?x=1&&y HTTP/1.1",
  "Host: Shop.Example:81",
  "User-Agent: Odd/1.0",
  "X-Custom-HEADER: One",
  "X-Custom-HEADER: Two",
  "x_under_score: kept",
  "X-Forwarded-For: 203.0.113.7, 10.0.0.1",
  "X-Forwarded-Client-Cert: By=spiffe://a/b",
  "X-Request-Id: mine",
  "Via: 1.0 somewhere",
  "Accept-Encoding: br;q=1.0,  gzip;q=0.5",
  "",
  "",
].join("\r\n");

for (const direction of ["inbound", "outbound"] as const) {
  describe(`${direction} traffic`, () => {
    let sidecar: Sidecar;
    let client: Agent;
    let server: Agent;
    const host = direction === "inbound" ? places.pod.IPv4 : places.remote.IPv4;
    const host6 = direction === "inbound" ? places.pod.IPv6 : places.remote.IPv6;

    before(async () => {
      sidecar = await startSidecar();
      [client, server] =
        direction === "inbound" ? [sidecar.world, sidecar.application] : [sidecar.application, sidecar.world];
    });
    after(() => sidecar.close());

    const count = async (pattern: RegExp): Promise<number> => {
      const { body } = await sidecar.world.getPage({
        host: places.pod.IPv4,
        port: ports.stats,
        path: "/stats/prometheus",
      });
      return Number(pattern.exec(body)?.[1] ?? 0);
    };

    test("HTTP/1.1 passes byte by byte", async () => {
      const send = [bareRequest];
      const heard = await client.talk({ host, port: at.bare, send, end: false, until: "hello" });
      assert.equal(heard.text, bareResponse);
      assert.deepEqual(await server.bareRequests(), [bareRequest]);
    });

    test("tunnels, chunks, trailers and HTTP/1.0 pass", async () => {
      const messages = [
        "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-checksum: 1\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
      ];
      for (const send of messages) {
        const heard = await client.talk({ host, port: at.bare, send: [send], end: false, until: "hello" });
        assert.equal(heard.failure, undefined);
      }
      assert.deepEqual(await server.bareRequests(), messages);
    });

    test("x-forwarded-proto passes as it is, a private header does not", async () => {
      const page = await client.getPage({
        host,
        port: at.pages,
        path: "/",
        headers: { "x-forwarded-proto": "https", "x-outrigger-forwarded-proto": "forged" },
      });
      assert.match(page.body, /"x-forwarded-proto","https"/);
      assert.doesNotMatch(page.body, /forged/);
      const forged = { "x-outrigger-forwarded-proto": "forged" };
      assert.doesNotMatch(
        (await client.getPage({ host, port: at.pages, path: "/", headers: forged })).body,
        /forged|proto/,
      );
    });

    test("large headers and bodies pass", async () => {
      const page = await client.getPage({ host, port: at.pages, path: "/", headers: { big: "x".repeat(300_000) } });
      assert.ok(page.body.length > 300_000, `${page.status}`);
    });

    test("HTTP is recognised and counted, on any port", async () => {
      const pattern = new RegExp(
        `envoy_http_downstream_rq_total\\{envoy_http_conn_manager_prefix="${direction}"\\} (\\d+)`,
      );
      const before = await count(pattern);
      await client.getPage({ host, port: at.pages, path: "/" });
      await client.getPageOverHttp2(`http://${host}:${at.grpc}/`);
      assert.equal((await count(pattern)) - before, 2);
    });

    test("HTTP/2 without TLS passes", async () => {
      const page = await client.getPageOverHttp2(`http://${host}:${at.grpc}/cart?a=b`);
      assert.equal(page.body, "GET /cart over HTTP/2");
      assert.match(JSON.stringify(page.headers), new RegExp(`"x-seen-authority":"${host}:${at.grpc}"`));
    });

    test("a WebSocket and other upgrades become streams of bytes", async () => {
      for (const protocol of ["websocket", "tcp", "SPDY/3.1"]) {
        const upgrade = `GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;
        const send = [upgrade, "frame one ", "frame two"];
        const heard = await client.talk({ host, port: at.pages, send, pauseMs: 100, end: false, until: "frame two" });
        assert.match(heard.text, /^HTTP\/1.1 101 .*frame one frame two$/s, protocol);
      }
    });

    test("an offer to upgrade to TLS is ignored, as servers may", async () => {
      const offer = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n";
      const heard = await client.talk({ host, port: at.pages, send: [offer], end: false, until: '"client"' });
      assert.match(heard.text, /^HTTP\/1.1 200 /);
    });

    test("a server that speaks first is heard at once on an opaque port, soon on any other", async () => {
      const opaque = await client.talk({ host, port: at.opaque, send: [], end: false, until: "welcome" });
      assert.ok(opaque.firstByteMs < 100, `${opaque.firstByteMs} ms`);
      const undeclared = await client.talk({ host, port: at.undeclared, send: [], end: false, until: "welcome" });
      assert.ok(undeclared.firstByteMs < 500, `${undeclared.firstByteMs} ms`);
    });

    test("a half-closed connection still carries the answer", async () => {
      const opaque = await client.talk({ host, port: at.opaque, send: ["one"], end: true });
      assert.match(opaque.text, /^welcome .*\nonegoodbye\n$/);
      const send = ["one\r\n", "two"];
      const undeclared = await client.talk({ host, port: at.undeclared, send, pauseMs: 300, end: true });
      assert.match(undeclared.text, /^welcome .*\none\r\ntwogoodbye\n$/);
    });

    test("TLS passes as it is", async () => {
      const hello = `\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00`;
      const heard = await client.talk({ host, port: at.echo, send: [hello], end: false, until: hello });
      assert.equal(heard.text, hello);
    });

    test("IPv6 passes too", async () => {
      assert.equal((await client.getPage({ host: host6, port: at.pages, path: "/" })).status, 200);
      const heard = await client.talk({ host: host6, port: at.opaque, send: ["one"], end: true });
      assert.match(heard.text, /onegoodbye/);
    });

    test("a connection to a capture port itself is ended, and goes round no loop", async () => {
      const cpu = sidecar.envoy().cpuSeconds();
      for (const agent of [sidecar.world, sidecar.application]) {
        for (const port of [ports.outbound, ports.inbound]) {
          const heard = await agent.talk({ host: places.pod.IPv4, port, send: ["GET / HTTP/1.1\r\n\r\n"], end: false });
          assert.equal(heard.text, "");
        }
      }
      await sleep(200);
      assert.ok(sidecar.envoy().cpuSeconds() - cpu < 0.2);
    });
  });
}

describe("destinations", () => {
  let sidecar: Sidecar;
  before(async () => {
    sidecar = await startSidecar();
  });
  after(() => sidecar.close());

  test("idle connections are kept", async () => {
    const ways = [
      [sidecar.world, places.pod.IPv4],
      [sidecar.application, places.remote.IPv4],
    ] as const;
    const conversations = ways.flatMap(([client, host]) => {
      const bytes = { host, port: at.echo, send: ["a", "b"], until: "ab" };
      const send = ["GET /1 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"];
      const requests = { host, port: at.pages, send, until: '"url":"/2"' };
      return [bytes, requests].map((talk) => client.talk({ ...talk, pauseMs: 11_000, end: false }));
    });
    for (const heard of await Promise.all(conversations)) assert.equal(heard.failure, undefined);
  });

  test("outbound connections go where the application meant", async () => {
    for (const host of [places.remote.IPv4, places["other-remote"].IPv4]) {
      const page = await sidecar.application.getPage({ host, port: at.pages, path: "/" });
      assert.match(page.body, new RegExp(`"client":"::ffff:${places.pod.IPv4}"`));
    }
    const nobody = await sidecar.application.getPage({ host: places.remote.IPv4, port: 4, path: "/" });
    assert.equal(nobody.status, 503);
  });

  test("the application sees the proxy's address, or with TPROXY the client's own", async () => {
    const ask = (): Promise<string> =>
      sidecar.world.getPage({ host: places.pod.IPv4, port: at.pages, path: "/" }).then(({ body }) => body);
    assert.match(await ask(), /"client":"::ffff:127.0.0.6"/);
    await sidecar.close();
    sidecar = await startSidecar({ interceptionMode: "tproxy" });
    assert.match(await ask(), new RegExp(`"client":"::ffff:${places.client.IPv4}"`));
    const heard = await sidecar.world.talk({ host: places.pod.IPv4, port: at.opaque, send: ["one"], end: true });
    assert.match(heard.text, new RegExp(`^welcome ::ffff:${places.client.IPv4}\\nonegoodbye\\n$`));
    const page = await sidecar.world.getPage({ host: places.pod.IPv6, port: at.pages, path: "/" });
    assert.match(page.body, new RegExp(`"client":"${places.client.IPv6}"`));
    const outbound = await sidecar.application.getPage({ host: places.remote.IPv4, port: at.pages, path: "/" });
    assert.equal(outbound.status, 200);
  });
});
