/**
 * Probes of a real application through a real Envoy: the kubelet must see what it would see without the sidecar.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ports } from "../../../src/envoy/ports.ts";
import { eventually } from "../../eventually.ts";
import { grpcProbe, httpProbe, tcpProbe } from "../../unit/envoy/sample-input.ts";
import { places } from "../iptables/network.ts";
import type { Page } from "./conversations.ts";
import type { Sidecar } from "./sidecar.ts";
import { at, serveAll, startSidecar } from "./sidecar.ts";

const pod = places.pod.IPv4;
const redirectTo = (target: string): string => `/redirect?to=${encodeURIComponent(target)}`;

const probes = [
  httpProbe({ route: "/http" }),
  httpProbe({ route: "/echo", path: "/echo?a=b c#d" }),
  httpProbe({ route: "/own-host", path: "/echo", ownHostHeader: true }),
  httpProbe({ route: "/https", scheme: "HTTPS", port: at.tls }),
  httpProbe({ route: "/localhost", host: "localhost" }),
  httpProbe({ route: "/loopback", host: "127.0.0.1" }),
  httpProbe({ route: "/redirect-relative", path: redirectTo("/health") }),
  httpProbe({ route: "/redirect-sibling", path: redirectTo("health?x=1") }),
  httpProbe({ route: "/redirect-absolute", path: redirectTo("http://SELF/health") }),
  httpProbe({ route: "/redirect-elsewhere", path: redirectTo("http://192.0.2.99/health") }),
  httpProbe({ route: "/redirect-forever", path: redirectTo(redirectTo("")) }),
  tcpProbe({ route: "/tcp", port: at.opaque, periodSeconds: 1 }),
  tcpProbe({ route: "/tcp-nobody", port: 4444, periodSeconds: 1 }),
  tcpProbe({ route: "/tcp-no-such-host", host: "nowhere.invalid", periodSeconds: 1 }),
  grpcProbe({ route: "/grpc", port: at.grpc, periodSeconds: 1 }),
  grpcProbe({ route: "/grpc-service", port: at.grpc, periodSeconds: 1, service: "shop.Cart" }),
  grpcProbe({ route: "/grpc-unknown-service", port: at.grpc, periodSeconds: 1, service: "shop.Nothing" }),
];
const metrics = { route: "/metrics-of-the-app", scheme: "http", port: at.pages, path: "/metrics" } as const;

describe("probes", () => {
  let sidecar: Sidecar;
  const ask = (path: string, headers: Record<string, string> = {}): Promise<Page> =>
    sidecar.world.getPage({ host: pod, port: ports.application, path, headers });
  const becomes = (path: string, status: number): Promise<void> =>
    eventually(`${path} gives ${status}`, async () => (await ask(path)).status === status, 5000);

  before(async () => {
    sidecar = await startSidecar({ probes, metrics });
  });
  beforeEach(() => sidecar.application.be({ status: 200, serving: true, delayMs: 0 }));
  after(() => sidecar.close());

  for (const path of ["/http", "/https", "/localhost", "/loopback", "/redirect-relative", "/redirect-absolute"]) {
    test(`${path}: 200 while the application is well, its own status when it is sick`, async () => {
      assert.equal((await ask(path)).status, 200);
      await sidecar.application.be({ status: 503 });
      assert.equal((await ask(path)).status, 503);
      await sidecar.application.be({ status: 418 });
      assert.equal((await ask(path)).status, 418);
    });
  }

  test("the application sees the request that the kubelet would have sent", async () => {
    const headers = { "user-agent": "kube-probe/1.34", "X-Token": "$(POD_IP)", accept: "*/*" };
    const page = await ask("/echo", headers);
    const seen = JSON.parse(page.body) as { readonly url: string; readonly rawHeaders: readonly string[] };
    assert.equal(seen.url, "/echo?a=b%20c");
    assert.deepEqual(seen.rawHeaders, [
      ...["host", `${pod}:8080`],
      ...["user-agent", "kube-probe/1.34"],
      ...["x-token", "$(POD_IP)"],
      ...["accept", "*/*"],
    ]);
    const own = await ask("/own-host", { Host: "shop.example" });
    assert.match(own.body, /"host","shop.example"/);
    assert.match((await ask("/echo", { "x-forwarded-proto": "https" })).body, /"x-forwarded-proto","https"/);
  });

  test("a redirect to another host is a success, and one without end is none to follow", async () => {
    const elsewhere = await ask("/redirect-elsewhere");
    assert.deepEqual([elsewhere.status, elsewhere.headers["location"]], [302, undefined]);
    assert.equal((await ask("/redirect-sibling")).status, 200);
    assert.equal((await ask("/redirect-forever")).status, 302);
  });

  test("a slow application fails the probe after its timeout", async () => {
    await sidecar.application.be({ delayMs: 3000 });
    const page = await ask("/http");
    assert.equal(page.status, 504);
    assert.ok(page.ms > 900 && page.ms < 2000, `took ${page.ms} ms`);
  });

  test("a gRPC service is asked for its health", async () => {
    await Promise.all([becomes("/grpc", 200), becomes("/grpc-service", 200)]);
    assert.equal((await ask("/grpc-unknown-service")).status, 503);
    await sidecar.application.be({ serving: false });
    await Promise.all([becomes("/grpc", 503), becomes("/grpc-service", 503)]);
    await sidecar.application.be({ serving: true });
    await becomes("/grpc", 200);
  });

  test("a TCP probe of a port that nobody listens on fails", async () => {
    assert.equal((await ask("/tcp-nobody")).status, 503);
    assert.equal((await ask("/tcp-no-such-host")).status, 503);
  });

  test("a dead application fails every probe, and passes again when it is back", async () => {
    await becomes("/tcp", 200);
    await sidecar.application.stop();
    assert.equal((await ask("/http")).status, 503);
    await Promise.all(["/tcp", "/grpc", "/https"].map((path) => becomes(path, 503)));
    await serveAll(sidecar.application);
    assert.equal((await ask("/http")).status, 200);
    await Promise.all([becomes("/tcp", 200), becomes("/grpc", 200)]);
  });

  test("a checked probe fails until its first check has succeeded", async () => {
    await sidecar.application.stop();
    const envoy = await sidecar.restart({ probes: [tcpProbe({ route: "/tcp", port: at.opaque, periodSeconds: 60 })] });
    assert.equal((await ask("/tcp")).status, 503);
    await serveAll(sidecar.application);
    await becomes("/tcp", 200);
    await sidecar.application.stop();
    await sleep(1500);
    assert.equal((await ask("/tcp")).status, 200, "asked again after its period only");
    assert.ok(envoy.isRunning());
    await serveAll(sidecar.application);
    await sidecar.restart({});
  });

  test("the proxy is ready without waiting for names that cannot be looked up", async () => {
    const started = performance.now();
    await sidecar.restart({
      probes: [
        httpProbe({ route: "/http", host: "nowhere.invalid" }),
        tcpProbe({ route: "/tcp", host: "nowhere.invalid" }),
      ],
      tracing: { host: "collector.invalid", port: 4317, samplingPercent: 1 },
    });
    assert.ok(performance.now() - started < 5000);
    for (const path of ["/http", "/tcp"]) assert.equal((await ask(path)).status, 503);
    await sidecar.restart({});
  });

  test("the application's metrics are served under their route", async () => {
    const page = await ask(metrics.route);
    assert.deepEqual([page.status, page.body], [200, "requests_total 1\n"]);
  });

  test("nothing else of the application is served", async () => {
    for (const path of ["/", "/health", "/http/x", "/echo/../health"])
      assert.equal((await ask(path)).status, 404, path);
  });

  test("probes work over IPv6 too", async () => {
    const page = await sidecar.world.getPage({ host: places.pod.IPv6, port: ports.application, path: "/http" });
    assert.equal(page.status, 200);
  });
});
