/**
 * `outrigger proxy …` over a cluster whose control plane's pages the test makes up.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { commands } from "../../../src/cli/commands.ts";
import type { ProxyRow } from "../../../src/proxies/proxy-list.ts";
import { version } from "../../../src/version.ts";
import { podsPath, SmallCluster } from "../../fake-kubernetes/small-cluster.ts";
import { FakeStatus } from "../../fake-kubernetes/store.ts";
import { podWith } from "../../injected-pods.ts";
import type { Run } from "./terminal.ts";
import { runWith } from "./terminal.ts";

const connectedAt = Date.parse("2026-01-01T00:00:00Z");

function connection(pod: string, at = connectedAt, synced = true): object {
  const proxy = { pod, identity: "spiffe://cluster.local/ns/shop/sa/default" };
  const types = [
    { type: "a", resources: 3, synced: true, refused: [] },
    { type: "b", resources: 2, synced, refused: [] },
  ];
  return { proxy, connectedAt: at, certificateExpiresAt: at + 3_600_000, types };
}

describe("outrigger proxy", () => {
  let cluster: SmallCluster;
  /** `<pod><path>` → what is there; a number is a failure's status. */
  let pages: Record<string, unknown>;
  let asked: Readonly<Record<string, string>>[];

  beforeEach(async () => {
    cluster = new SmallCluster();
    await cluster.start();
    [pages, asked] = [{}, []];
    const ordinary = cluster.fake.answer;
    cluster.fake.answer = (request, body) => {
      const [, pod = "", path = ""] = /\/pods\/([^/]+?)(?::\d+\/proxy)?(\/.*)$/.exec(request.path) ?? [];
      if (path === "") return ordinary(request, body);
      asked.push(request.query);
      return pageOf(pod, path);
    };
    cluster.fake.portForwards.listens = ({ namespace, port }) => namespace === "outrigger-system" && port === 8081;
    cluster.fake.portForwards.pages = ({ pod, path }) => pageOf(pod, path);
    assert.equal((await run("install", "--set", "mode=mesh")).code, 0);
    cluster.addNamespace("shop", { "outrigger.dev/injection": "enabled" });
    for (const name of ["web-1", "web-2"]) cluster.addInjectedPod("shop", named(name));
    cluster.addPod("shop", named("bare"));
    for (const replica of ["cp-1", "cp-2"]) {
      const labels = { "app.kubernetes.io/name": "outrigger-control-plane" };
      cluster.addPod("outrigger-system", { metadata: { name: replica, labels }, spec: { containers: [] } } as object);
    }
  });
  afterEach(async () => {
    await cluster.stop();
  });

  function pageOf(pod: string, path: string): unknown {
    const page = pages[`${pod}${path}`];
    if (page === undefined || typeof page === "number") throw new FakeStatus(page ?? 404, "", "it failed");
    return page;
  }

  function named(name: string): object {
    const pod = podWith();
    return { ...pod, metadata: { ...pod.metadata, name } };
  }

  async function run(...args: readonly string[]): Promise<Run> {
    return runWith(commands, [...args, "--kubeconfig", cluster.kubeconfig]);
  }

  async function rows(): Promise<readonly ProxyRow[]> {
    return JSON.parse((await run("proxy", "list", "-o", "json")).out) as readonly ProxyRow[];
  }

  test("list tells who is connected where, and who is not", async () => {
    pages["cp-1/proxies"] = [connection("shop/web-1", connectedAt, false)];
    pages["cp-2/proxies"] = [];
    const [first, second, ...more] = await rows();
    assert.deepEqual(more, []);
    assert.deepEqual(first, {
      pod: "shop/web-1",
      connected: true,
      replica: "cp-1",
      connectedSince: "2026-01-01T00:00:00.000Z",
      synced: false,
      resources: 5,
      refused: [],
      certificateExpires: "2026-01-01T01:00:00.000Z",
      identity: "spiffe://cluster.local/ns/shop/sa/default",
      version,
    });
    assert.equal(second?.connected, false);
    const { out } = await run("proxy", "list", "-n", "shop");
    assert.match(out, /^POD .*\nshop\/web-1 +cp-1 +no +0 +5 +expired .*\nshop\/web-2 +not connected /);
  });

  test("list takes the latest connection of one that has just moved", async () => {
    pages["cp-1/proxies"] = [connection("shop/web-1", connectedAt + 1)];
    pages["cp-2/proxies"] = [connection("shop/web-1")];
    assert.equal((await rows())[0]?.replica, "cp-1");
  });

  test("list says which replica could not be asked, and does not blame the sidecars", async () => {
    pages["cp-1/proxies"] = [];
    pages["cp-2/proxies"] = 503;
    const { code, out, err } = await run("proxy", "list", "-o", "wide");
    assert.equal(code, 0);
    assert.equal(err, "warning: replica cp-2 could not be asked: it failed\n");
    assert.match(out, /web-1 +not connected/);
  });

  test("list fails where no replica answers", async () => {
    pages["cp-1/proxies"] = pages["cp-2/proxies"] = 503;
    const { code, err } = await run("proxy", "list");
    assert.equal(code, 1);
    assert.match(err, /cp-1 could not be asked: it failed[\s\S]*OUTRIGGER_CONTROL_PLANE_SILENT/);
    for (const replica of ["cp-1", "cp-2"]) cluster.fake.store.delete(podsPath("outrigger-system"), replica);
    assert.match((await run("proxy", "list")).err, /it has no pods[\s\S]*OUTRIGGER_CONTROL_PLANE_SILENT/);
  });

  const resource = { type: "cluster", name: "inbound", state: "current", version: "v", resource: { name: "inbound" } };

  test("config asks the replica that has it", async () => {
    pages["cp-2/proxies/shop/web-1/config"] = [resource];
    const { code, out } = await run("proxy", "config", "pod/web-1", "-n", "shop");
    assert.equal(code, 0);
    assert.match(out, /^TYPE .*\ncluster +inbound +current +v\n$/);
    const asJson = await run("proxy", "config", "web-1", "-n", "shop", "-o", "json");
    assert.deepEqual(JSON.parse(asJson.out), [resource]);
    assert.match((await run("proxy", "config", "web-1", "-n", "shop", "-o", "yaml")).out, /^- type: cluster\n/);
  });

  const refusals: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ["no pod", [], 2, /give the name of one pod.*\n.*OUTRIGGER_USAGE/],
    ["two pods", ["web-1", "web-2"], 2, /OUTRIGGER_USAGE/],
    ["what is no name", ["../secrets"], 2, /is not the name of a pod[\s\S]*OUTRIGGER_USAGE/],
    ["a pod that is not there", ["web-9"], 1, /pod shop\/web-9\n.*OUTRIGGER_OBJECT_NOT_FOUND/],
    ["a pod without a sidecar", ["bare"], 1, /pod shop\/bare\n.*OUTRIGGER_NO_SIDECAR/],
    ["one that is connected to none", ["web-1"], 1, /pod shop\/web-1 is connected to none[\s\S]*NOT_CONNECTED/],
  ];
  for (const part of ["config", "endpoints", "routes", "certs"]) {
    for (const [what, operands, exit, message] of refusals) {
      test(`${part} of ${what}`, async () => {
        const { code, err, out } = await run("proxy", part, ...operands, "-n", "shop");
        assert.deepEqual([code, out], [exit, ""], err);
        assert.match(err, message);
      });
    }
  }

  test("stats come from the sidecar itself", async () => {
    pages["web-1/stats/prometheus"] = "envoy_up 1\n";
    assert.deepEqual(await run("proxy", "stats", "web-1", "-n", "shop"), { code: 0, out: "envoy_up 1\n", err: "" });
    assert.equal((await run("proxy", "stats", "web-2", "-n", "shop")).code, 1);
  });

  test("log is the end of that of the sidecar's container", async () => {
    pages["web-1/log"] = "one\ntwo";
    const { out } = await run("proxy", "log", "web-1", "-n", "shop", "--tail", "2", "--previous");
    assert.equal(out, "one\ntwo\n");
    assert.deepEqual({ ...asked.at(-1) }, { container: "outrigger-proxy", tailLines: "2", previous: "true" });
    assert.equal((await run("proxy", "log", "web-1", "--tail", "x")).code, 2);
  });
});
