/**
 * Routes that come, change and go while they are used, and lead to what the sidecar has not asked for yet.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../../eventually.ts";
import type { RoutedPods } from "./routed-pods.ts";
import { backends, echoOf, servers, startRoutedPods, unrouted, valuesOf, web } from "./routed-pods.ts";
import { serverPod } from "./two-sidecars.ts";
import { routedPort } from "../../mesh/sample-routes.ts";
import { at } from "../envoy/sidecar.ts";

const [first = "", second = "", third = "", fourth = "", fifth = "", sixth = ""] = backends.fresh;

describe("routes of a Service", () => {
  let pods: RoutedPods;
  before(async () => {
    pods = await startRoutedPods();
  });
  after(() => pods.close());

  const clusters = (): Promise<string> => pods.client.admin("/clusters");
  const isKnown = async (backend = ""): Promise<boolean> => (await clusters()).includes(`http|${backend}::`);

  test("a request is held until the backend that it is for is known", async () => {
    await pods.route([
      {
        backends: [
          { to: first, weight: 1 },
          { to: second, weight: 1 },
        ],
      },
    ]);
    assert.ok(!(await isKnown(first)));
    assert.ok(!(await isKnown(second)));
    const counts = await pods.client.application.tally({ ...web, path: "/" }, 100);
    assert.deepEqual(Object.keys(counts).sort(), [`200 ${servers.one}`, `200 ${servers.two}`]);
    assert.ok((await isKnown(first)) && (await isKnown(second)));
  });

  test("so is one with a large body", async () => {
    await pods.route([{ backends: [{ to: third }] }]);
    assert.ok(!(await isKnown(third)));
    const connection = await pods.client.application.connectTo();
    const page = await pods.client.application.ask(
      connection,
      { ...web, path: "/post", method: "POST" },
      "x".repeat(300_000),
    );
    assert.deepEqual([echoOf(page).port, echoOf(page).method], [servers.one, "POST"]);
    await pods.client.application.hangUp(connection);
  });

  test("so is a gRPC stream, of which the first message is there and the others come later", async () => {
    const grpc = unrouted.services.find(({ address }) => address === backends.grpc);
    assert.ok(grpc);
    await pods.route([{ match: { path: { kind: "prefix", value: "/shop.Talk" } }, backends: [{ to: backends.grpc }] }]);
    assert.ok(!(await isKnown(backends.grpc)));
    const messages = ["one", "two", "three"];
    const answer = await pods.client.application.callGrpc({ ...web, path: "/shop.Talk/Echo", messages, pauseMs: 50 });
    assert.deepEqual(answer, { status: "0", messages });
  });

  test("so is a WebSocket", async () => {
    await pods.route([{ backends: [{ to: fourth }] }]);
    assert.ok(!(await isKnown(fourth)));
    const upgrade = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    const heard = await pods.client.application.talk({
      ...web,
      send: [upgrade, "frame"],
      pauseMs: 300,
      end: false,
      until: "frame",
    });
    assert.match(heard.text, /^HTTP\/1.1 101 .*frame$/s, heard.failure);
  });

  test("the next request on an open connection follows a change, and a route that goes leaves the Service itself", async () => {
    const connection = await pods.client.application.connectTo();
    const ask = (): ReturnType<typeof pods.client.application.ask> =>
      pods.client.application.ask(connection, { ...web, path: "/kept" });
    await pods.unroute();
    const before = await ask();
    assert.equal(echoOf(before).port, at.pages);
    await pods.route([{ backends: [{ to: backends.one }] }]);
    const routed = await ask();
    assert.deepEqual([echoOf(routed).port, routed.localPort], [servers.one, before.localPort]);
    await pods.route([{ backends: [{ to: backends.two }] }]);
    const changed = await ask();
    assert.deepEqual([echoOf(changed).port, changed.localPort], [servers.two, before.localPort]);
    await pods.unroute();
    const after = await ask();
    assert.deepEqual([echoOf(after).port, after.localPort], [at.pages, before.localPort]);
    await pods.client.application.hangUp(connection);
  });

  test("what mirrors get is there before the route that needs it, and may go again", async () => {
    const mirror = fifth;
    assert.ok(!(await isKnown(mirror)));
    await pods.route([{ mirrors: [{ to: mirror }], backends: [{ to: backends.two }] }]);
    assert.ok(await isKnown(mirror));
    await pods.server.application.askedFor();
    await pods.get("/copied");
    const copies: string[] = [];
    await eventually("the mirror has it", async () => {
      copies.push(...(await pods.server.application.askedFor()).filter((line) => line.includes("/copied")));
      return copies.length === 2;
    });
    await pods.unroute();
    await eventually("nobody needs the mirror any more", async () => !(await isKnown(mirror)));
    // It is asked for by name now, as any other.
    await pods.route([{ backends: [{ to: mirror }] }]);
    assert.equal((await pods.get("/")).status, 200);
  });

  test("routes of another namespace's clients are none of this one's", async () => {
    const routed = routedPort({ addresses: [`${web.host}:${web.port}`], rules: [{ backends: [{}] }] });
    await pods.route([{ backends: [{ to: sixth }] }]);
    await pods.controlPlane.state({ ...unrouted, routes: { elsewhere: [routed] } });
    await eventually("they are gone", async () => echoOf(await pods.get("/")).port === at.pages);
  });

  test("a Service without an IP is a backend, by itself and among others", async () => {
    await pods.route([
      { match: { path: { kind: "exact", value: "/alone" } }, backends: [{ to: backends.headless }] },
      { backends: [{ to: backends.headless }, { to: backends.one }] },
    ]);
    assert.equal(echoOf(await pods.get("/alone")).port, servers.two);
    const counts = await pods.client.application.tally({ ...web, path: "/" }, 100);
    assert.deepEqual(Object.keys(counts).sort(), [`200 ${servers.one}`, `200 ${servers.two}`]);
  });

  test("a backend that nobody knows any more is an error of its own requests", async () => {
    await pods.route([
      { match: { path: { kind: "exact", value: "/gone" } }, backends: [{ to: "elsewhere/gone:80" }] },
      { backends: [{ to: backends.one }] },
    ]);
    assert.equal((await pods.get("/gone")).status, 503);
    assert.equal((await pods.get("/gone")).status, 503);
    assert.equal(echoOf(await pods.get("/")).port, servers.one);
  });

  test("requests to a pod's own IP follow no route", async () => {
    await pods.route([{ backends: [{ to: backends.two }] }]);
    const [host = ""] = serverPod.ips;
    const page = await pods.client.application.getPage({ host, port: servers.one, path: "/" });
    assert.equal(echoOf(page).port, servers.one);
  });

  test("no server ever sees the private header", async () => {
    await pods.route([{ mirrors: [{ to: backends.two }], backends: [{ to: backends.one }, { to: backends.three }] }]);
    const page = await pods.get("/", { headers: { "x-outrigger-destination": "http|10.96.1.3:80" } });
    assert.deepEqual(valuesOf(echoOf(page), "x-outrigger-destination"), []);
  });
});
