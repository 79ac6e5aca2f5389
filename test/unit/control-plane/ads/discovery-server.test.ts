/**
 * The discovery server by a real gRPC client over TLS.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { DetailedPeerCertificate } from "node:tls";
import { connect } from "node:tls";
import { status } from "@grpc/grpc-js";
import { typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import { refused } from "../../../../src/control-plane/identity/authenticator.ts";
import { eventually } from "../../../eventually.ts";
import { DiscoveryClient, nodeOf } from "./discovery-client.ts";
import type { ServedMesh } from "./served-mesh.ts";
import { authenticated, goodToken, serveMesh } from "./served-mesh.ts";

const { cluster, endpoints } = typeUrls;

function clusterOf(name: string): Readonly<Record<string, unknown>> {
  return { name, connect_timeout: "1s" };
}

describe("a discovery server", () => {
  let mesh: ServedMesh;
  let client: DiscoveryClient;

  before(async () => {
    mesh = await serveMesh();
    client = new DiscoveryClient(mesh.port, mesh.root);
  });
  afterEach(async () => {
    await eventually("no stream is left", () => mesh.server.proxies().length === 0 && mesh.prepared() === 0);
  });
  after(async () => {
    client.close();
    await mesh.server.stop();
  });

  test("sends what a proxy asks for, and then what has changed of it", async () => {
    mesh.source.set(cluster, "1", clusterOf("a"));
    mesh.source.set(cluster, "1", clusterOf("b"));
    const stream = client.open(goodToken);
    stream.send({ typeUrl: cluster, resourceNamesSubscribe: ["a"] });
    const first = await stream.response(0);
    assert.deepEqual(
      first.resources.map(({ name, version }) => [name, version]),
      [["a", "1"]],
    );
    stream.ack(first);
    mesh.source.set(cluster, "2", clusterOf("b"));
    mesh.source.set(cluster, "2", clusterOf("a"));
    const second = await stream.response(1);
    assert.deepEqual(
      second.resources.map(({ name, version }) => [name, version]),
      [["a", "2"]],
    );
    const [connected] = mesh.server.proxies();
    assert.equal(connected?.proxy.identity, "spiffe://cluster.local/ns/shop/sa/default");
    assert.deepEqual(connected.proxy.opaquePorts, [
      { first: 25, last: 25 },
      { first: 3306, last: 3306 },
    ]);
    assert.match(await mesh.metrics(), /^outrigger_discovery_connected_proxies 1$/m);
    stream.cancel();
  });

  test("has one response under way until it is answered, whatever changes, and sends the last state then", async () => {
    mesh.source.set(cluster, "1", clusterOf("a"));
    const stream = client.open(goodToken);
    stream.send({ typeUrl: cluster, resourceNamesSubscribe: ["a"] });
    const first = await stream.response(0);
    for (let version = 2; version <= 20; version += 1) mesh.source.set(cluster, String(version), clusterOf("a"));
    await sleep(50);
    assert.equal(stream.responses.length, 1);
    stream.ack(first);
    const second = await stream.response(1);
    assert.deepEqual(
      second.resources.map(({ version }) => version),
      ["20"],
    );
    stream.cancel();
  });

  test("gives back what the last stream that wanted it wants no more", async () => {
    const streams = [client.open(goodToken), client.open(goodToken)];
    for (const stream of streams) stream.send({ typeUrl: cluster, resourceNamesSubscribe: ["a"] });
    for (const stream of streams) await stream.response(0);
    const releases = (): number => mesh.source.released.filter((released) => released === `${cluster} a`).length;
    const before = releases();
    streams[0]?.cancel();
    await eventually("one is gone", () => mesh.server.proxies().length === 1);
    assert.equal(releases(), before);
    streams[1]?.cancel();
    await eventually("it is given back", () => releases() === before + 1);
  });

  test("counts and logs a refused resource, and measures what was taken", async () => {
    mesh.source.set(endpoints, "1", { cluster_name: "e" });
    const stream = client.open(goodToken);
    stream.send({ typeUrl: endpoints, resourceNamesSubscribe: ["e"] });
    const { nonce } = await stream.response(0);
    stream.send({ typeUrl: endpoints, responseNonce: nonce, errorDetail: { code: 13, message: "e is bad" } });
    const line = (): object | undefined => mesh.lines.find(({ msg }) => msg === "proxy refused resources");
    await eventually("the log says so", () => line() !== undefined);
    const { proxy, type, resources, reason } = line() as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      { proxy, type, resources, reason },
      {
        proxy: "shop/web-1",
        type: "endpoints",
        resources: [{ name: "e", version: "1" }],
        reason: "e is bad",
      },
    );
    const metrics = await mesh.metrics();
    assert.match(metrics, /^outrigger_discovery_nacks_total\{type="endpoints"\} 1$/m);
    assert.match(metrics, /^outrigger_discovery_push_seconds_count\{type="cluster"\} [1-9]/m);
    const refusals = mesh.server.proxies()[0]?.types.flatMap((one) => one.refused);
    assert.deepEqual(refusals, [{ name: "e", version: "1", message: "e is bad" }]);
    stream.cancel();
  });

  const refusals = [
    {
      name: "no token",
      token: undefined,
      node: nodeOf("shop", "web-1"),
      code: status.UNAUTHENTICATED,
      reason: "missing-token",
      says: /authorization: Bearer/,
    },
    {
      name: "a token that nobody knows",
      token: "forged",
      node: nodeOf("shop", "web-1"),
      code: status.UNAUTHENTICATED,
      reason: "invalid-token",
      says: /nobody knows it/,
    },
    {
      name: "another pod's name",
      token: goodToken,
      node: nodeOf("shop", "web-2"),
      code: status.PERMISSION_DENIED,
      reason: "foreign-node",
      says: /node\.id says "web-2\.shop", the token "web-1\.shop"; node\.metadata\.pod says "web-2"/,
    },
    {
      name: "another namespace",
      token: goodToken,
      node: nodeOf("bank", "web-1"),
      code: status.PERMISSION_DENIED,
      reason: "foreign-node",
      says: /node\.metadata\.namespace says "bank"/,
    },
    {
      name: "another service account",
      token: goodToken,
      node: nodeOf("shop", "web-1", { serviceAccount: "admin" }),
      code: status.PERMISSION_DENIED,
      reason: "foreign-node",
      says: /serviceAccount says "admin", the token "default"/,
    },
    {
      name: "metadata that cannot be used, all of it at once",
      token: goodToken,
      node: nodeOf("shop", "web-1", { interceptionMode: "magic", ipFamilies: [], opaquePorts: "x" }),
      code: status.INVALID_ARGUMENT,
      reason: "invalid-node",
      says: /interceptionMode: "magic" is none of .*ipFamilies: must be .*opaquePorts: "x" is not a port/,
    },
    {
      name: "another trust domain",
      token: goodToken,
      node: nodeOf("shop", "web-1", { trustDomain: "other" }),
      code: status.INVALID_ARGUMENT,
      reason: "invalid-node",
      says: /"other" is not "cluster\.local"/,
    },
    {
      name: "an API server that is away",
      token: "away",
      node: nodeOf("shop", "web-1"),
      code: status.UNAVAILABLE,
      reason: "unavailable",
      says: /later/,
    },
  ] as const;
  for (const { name, token, node, code, reason, says } of refusals) {
    test(`refuses ${name}`, async () => {
      mesh.tokens.set("away", refused("unavailable", "later"));
      const count = async (): Promise<number> => {
        const line = new RegExp(`^outrigger_discovery_refused_streams_total\\{reason="${reason}"\\} (\\d+)$`, "m");
        return Number(line.exec(await mesh.metrics())?.[1] ?? 0);
      };
      const before = await count();
      const stream = client.open(token, { node });
      stream.send({ typeUrl: cluster });
      const ended = await stream.ended;
      assert.equal(ended.code, code);
      assert.match(ended.details, says);
      assert.equal(stream.responses.length, 0);
      assert.equal(await count(), before + 1);
    });
  }

  test("never logs a token", () => {
    assert.ok(mesh.lines.length > 5);
    assert.ok(!mesh.lines.some((line) => /good-token|forged/.test(JSON.stringify(line))));
  });

  test("ends the stream when its token expires, in order", async () => {
    mesh.tokens.set("short", authenticated("web-1", Date.now() + 300));
    const stream = client.open("short");
    stream.send({ typeUrl: cluster });
    await stream.response(0);
    assert.equal((await stream.ended).code, status.OK);
  });

  test("ends the streams of a pod that is gone, whose token then opens no other, but not those of its successor", async () => {
    mesh.tokens.set("first", authenticated("web-7", undefined, "first"));
    mesh.tokens.set("second", authenticated("web-7", undefined, "second"));
    const node = nodeOf("shop", "web-7");
    const [first, waiting, second] = ["first", "first", "second"].map((token) => client.open(token, { node }));
    assert.ok(first !== undefined && waiting !== undefined && second !== undefined);
    for (const stream of [first, second]) stream.send({ typeUrl: cluster });
    await first.response(0);
    second.ack(await second.response(0));
    mesh.server.depart([{ pod: "shop/web-7", uid: "first" }]);
    assert.equal((await first.ended).code, status.OK);
    // Its token was good when it was opened; it says who it is only now.
    waiting.send({ typeUrl: cluster });
    const refusal = await waiting.ended;
    assert.equal(refusal.code, status.UNAUTHENTICATED);
    assert.match(refusal.details, /the pod of this token is gone/);
    mesh.source.set(cluster, "1", clusterOf("of-the-second"));
    second.send({ typeUrl: cluster, resourceNamesSubscribe: ["of-the-second"] });
    await second.response(1);
    second.cancel();
  });

  test("ends a stream on which too many names are asked for", async () => {
    const stream = client.open(goodToken);
    stream.send({
      typeUrl: cluster,
      resourceNamesSubscribe: Array.from({ length: 20_001 }, (_, place) => `c${place}`),
    });
    assert.equal((await stream.ended).code, status.RESOURCE_EXHAUSTED);
  });

  test("serves a new certificate to new connections, and goes on with the old ones", async () => {
    const serial = async (): Promise<string> => {
      const { promise, resolve, reject } = Promise.withResolvers<DetailedPeerCertificate>();
      const socket = connect({ port: mesh.port, host: "localhost", ca: mesh.root, ALPNProtocols: ["h2"] }, () => {
        assert.equal(socket.getProtocol(), "TLSv1.3");
        resolve(socket.getPeerCertificate(true));
        socket.end();
      });
      socket.on("error", reject);
      return (await promise).serialNumber;
    };
    const stream = client.open(goodToken);
    stream.send({ typeUrl: cluster, resourceNamesSubscribe: ["a"] });
    stream.ack(await stream.response(0));
    const before = await serial();
    mesh.renew();
    assert.notEqual(await serial(), before);
    mesh.source.set(cluster, "renewed", clusterOf("a"));
    assert.equal((await stream.response(1)).resources[0]?.version, "renewed");
    stream.cancel();
  });

  test("speaks nothing older than TLS 1.3, also after its certificate was renewed", async () => {
    mesh.renew();
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect({ port: mesh.port, host: "localhost", ca: mesh.root, maxVersion: "TLSv1.2" }, () => {
      resolve("connected");
    });
    socket.on("error", (error: Error) => {
      resolve(error.message);
    });
    assert.match(await promise, /protocol version/);
    socket.destroy();
  });
});

describe("a discovery server with short times", () => {
  test("asks proxies to connect anew when their connection is old: the stream ends in order, on a connection that is over", async () => {
    const mesh = await serveMesh({ connectionAgeMs: 300 });
    const client = new DiscoveryClient(mesh.port, mesh.root);
    const [first, peers] = [client.open(goodToken), new Set<unknown>()];
    first.send({ typeUrl: cluster });
    assert.equal((await first.ended).code, status.OK);
    const second = client.open(goodToken);
    second.send({ typeUrl: cluster });
    await second.response(0);
    for (const { msg, peer } of mesh.lines.map((line) => ({ msg: line.msg, peer: line["peer"] }))) {
      if (msg === "proxy connected") peers.add(peer);
    }
    assert.equal(peers.size, 2);
    client.close();
    await mesh.server.stop();
  });

  test("gives up a stream that says nothing", async () => {
    const mesh = await serveMesh({ firstRequestMs: 50 });
    const client = new DiscoveryClient(mesh.port, mesh.root);
    assert.equal((await client.open(goodToken).ended).code, status.INVALID_ARGUMENT);
    client.close();
    await mesh.server.stop();
  });

  test("stops in order: streams end one by one with OK, and a restart sends nothing that the proxy has", async () => {
    const mesh = await serveMesh();
    mesh.source.set(cluster, "1", clusterOf("a"));
    mesh.source.setWildcard(cluster, "a");
    const client = new DiscoveryClient(mesh.port, mesh.root);
    const streams = [client.open(goodToken), client.open(goodToken)];
    for (const stream of streams) stream.send({ typeUrl: cluster });
    for (const stream of streams) await stream.response(0);
    const stopped = mesh.server.stop();
    for (const stream of streams) assert.equal((await stream.ended).code, status.OK);
    await stopped;
    client.close();

    const next = await serveMesh();
    next.source.set(cluster, "1", clusterOf("a"));
    next.source.setWildcard(cluster, "a");
    const again = new DiscoveryClient(next.port, next.root);
    const stream = again.open(goodToken);
    stream.send({ typeUrl: cluster, resourceNamesSubscribe: ["*"], initialResourceVersions: { a: "1" } });
    await eventually("it is connected", () => next.server.proxies().length === 1);
    next.source.set(cluster, "2", clusterOf("a"));
    assert.equal((await stream.response(0)).resources[0]?.version, "2");
    again.close();
    await next.server.stop();
  });
});
