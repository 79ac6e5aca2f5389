/**
 * The sidecar's own pages: its health, its statistics, its drain, and that nothing more of the admin interface is out.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ports } from "../../../src/envoy/ports.ts";
import { places } from "../iptables/network.ts";
import type { Page } from "./conversations.ts";
import type { Sidecar } from "./sidecar.ts";
import { at, startSidecar } from "./sidecar.ts";

const pod = places.pod.IPv4;
const drainPath = "/drain/5up3r53cr3t";

/** The value of a Prometheus sample without labels, or the first with any. */
function sample(text: string, name: string): number {
  const line = text
    .split("\n")
    .find((candidate) => candidate.startsWith(`${name}{`) || candidate.startsWith(`${name} `));
  return Number(line?.split(" ").at(-1) ?? Number.NaN);
}

describe("the sidecar's own pages", () => {
  let sidecar: Sidecar;
  const page = (port: number, path: string, method = "GET"): Promise<Page> =>
    sidecar.world.getPage({ host: pod, port, path, method });
  const traffic = (): Promise<Page> => page(at.pages, "/traffic");

  before(async () => {
    sidecar = await startSidecar({ drainPath, drainSeconds: 2 });
  });
  after(() => sidecar.close());

  test("the health port serves health and the drain, the statistics port statistics", async () => {
    assert.equal((await page(ports.health, "/healthz/ready")).status, 200);
    assert.equal((await page(ports.stats, "/stats/prometheus")).status, 200);
    for (const path of [
      "/",
      "/ready",
      "/stats",
      "/config_dump",
      "/quitquitquit",
      "/drain_listeners",
      "/drain",
      "/healthz",
    ]) {
      for (const port of [ports.health, ports.stats, ports.application]) {
        for (const method of ["GET", "POST"])
          assert.equal((await page(port, path, method)).status, 404, `${method} ${path}`);
      }
    }
    assert.equal((await page(ports.health, drainPath, "POST")).status, 404);
    assert.equal((await page(ports.stats, "/stats/prometheus", "POST")).status, 404);
  });

  test("the admin interface is on loopback only", async () => {
    const heard = await sidecar.world.talk({
      host: pod,
      port: ports.admin,
      send: ["GET / HTTP/1.0\r\n\r\n"],
      end: false,
    });
    assert.equal(heard.text, "");
    const inside = await sidecar.application.getPage({ host: "127.0.0.1", port: ports.admin, path: "/ready" });
    assert.equal(inside.body, "LIVE\n");
  });

  test("statistics count requests and connections by direction, in few series", async () => {
    await traffic();
    await traffic();
    await sidecar.application.getPage({ host: places.remote.IPv4, port: at.pages, path: "/" });
    await sidecar.world.talk({ host: pod, port: at.opaque, send: ["x"], end: true });
    const { body } = await page(ports.stats, "/stats/prometheus");
    const requests =
      /envoy_http_downstream_rq_xx\{[^}]*response_code_class="2"[^}]*http_conn_manager_prefix="inbound"[^}]*\} (\d+)/;
    assert.ok(
      Number(requests.exec(body)?.[1]) >= 2,
      body
        .split("\n")
        .filter((line) => line.includes("rq_xx"))
        .join("\n"),
    );
    assert.match(body, /envoy_cluster_upstream_cx_total\{envoy_cluster_name="outbound"\} 1/);
    assert.match(body, /envoy_tcp_downstream_cx_total\{envoy_tcp_prefix="inbound"\} [1-9]/);
    assert.match(body, /envoy_cluster_upstream_rq_time_bucket\{envoy_cluster_name="inbound",le="0.5"\}/);
    assert.ok(sample(body, "envoy_server_live") === 1);
    const series = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    assert.ok(series.length < 800, `${series.length} series`);
    assert.ok(!series.some((line) => line.includes("worker_id")), "no series by worker");
  });

  test("a drain asks clients to leave, keeps serving, and answers after the drain time", async () => {
    const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const keptAlive = { host: pod, port: at.pages, end: false };
    const before = await sidecar.world.talk({ ...keptAlive, send: [get], until: '"client"' });
    assert.doesNotMatch(before.text, /Connection: close/);
    const during = sidecar.world.talk({ ...keptAlive, send: [get, get], pauseMs: 500, until: "Connection: close" });
    const drained = page(ports.health, drainPath);
    assert.equal((await during).failure, undefined);
    const { status, ms } = await drained;
    assert.equal(status, 200);
    assert.ok(ms > 1900 && ms < 2800, `answered after ${ms} ms`);
    assert.equal((await traffic()).status, 200);
    assert.equal((await page(ports.health, "/healthz/ready")).status, 200);
    const outbound = await sidecar.application.getPage({ host: places.remote.IPv4, port: at.pages, path: "/" });
    assert.equal(outbound.status, 200);
  });

  test("a drain of no time answers at once", async () => {
    await sidecar.restart({ drainSeconds: 0 }, { drainSeconds: 0 });
    const { status, ms } = await page(ports.health, drainPath);
    assert.equal(status, 200);
    assert.ok(ms < 500, `answered after ${ms} ms`);
  });

  test("without capture there are the pages and nothing more", async () => {
    await sidecar.restart({ interceptionMode: "none" });
    assert.equal((await page(ports.health, "/healthz/ready")).status, 200);
    assert.equal((await page(ports.health, drainPath)).status, 200);
    const inbound = await sidecar.application.talk({ host: pod, port: ports.inbound, send: ["x"], end: false });
    assert.match(inbound.failure ?? "", /ECONNREFUSED/);
  });
});
