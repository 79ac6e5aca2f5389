/**
 * The watchdog against an API server: when it acts, how fast, and above all when not.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Registry } from "prom-client";
import type { MeshConfig } from "../../../src/config/schema.ts";
import { defaultMeshConfig } from "../../../src/config/defaults.ts";
import { namespaceView } from "../../../src/kubernetes/namespaces.ts";
import { createWatchdogMetrics } from "../../../src/observability/watchdog-metrics.ts";
import type { Finding } from "../../../src/watchdog/tell-findings.ts";
import type { Watchdog } from "../../../src/watchdog/watchdog.ts";
import { createWatchdog, defaultWatchdogTimings } from "../../../src/watchdog/watchdog.ts";
import { captureLogger } from "../../captured-logger.ts";
import { FakeClock } from "../../fake-clock.ts";
import type { ReceivedRequest } from "../../fake-kubernetes/server.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";
import { FakeStatus } from "../../fake-kubernetes/store.ts";
import { contextWith } from "../../injected-pods.ts";
import { bornAt, storedPod } from "./naked-pods.ts";
import type { PodChanges } from "./naked-pods.ts";

const pods = "/api/v1/namespaces/shop/pods";
const { watchMs, calmMs } = defaultWatchdogTimings;
const eviction = /^\/api\/v1\/namespaces\/shop\/pods\/([^/]+)\/eviction$/;

interface Settings {
  readonly mode: MeshConfig["watchdog"]["mode"];
  leads: boolean;
  answers: boolean;
}

describe("the watchdog", () => {
  let server: FakeKubernetes;
  let clock: FakeClock;
  let dog: Watchdog | undefined;
  let settings: Settings;
  let registry: Registry;
  let findings: Finding[];
  let captured: ReturnType<typeof captureLogger>;
  /** Names of evicted pods, in order. */
  let evicted: string[];
  /** Names of pods that a budget protects. */
  let budget: Set<string>;

  beforeEach(async () => {
    server = new FakeKubernetes();
    clock = new FakeClock(Date.parse("2026-01-01T01:00:00Z"));
    registry = new Registry();
    captured = captureLogger();
    [findings, evicted, budget] = [[], [], new Set()];
    settings = { mode: "evict", leads: true, answers: true };
    server.answer = evict;
    await server.start();
    const fieldsV1 = { "f:metadata": { "f:labels": { "f:outrigger.dev/injection": {} } } };
    const managedFields = [{ time: "2025-12-31T00:00:00Z", fieldsV1 }];
    server.store.create("/api/v1/namespaces", {
      metadata: { name: "shop", labels: { "outrigger.dev/injection": "enabled" }, managedFields },
    } as object);
  });

  afterEach(async () => {
    dog?.stop();
    await server.stop();
  });

  function evict({ path, method }: ReceivedRequest, body: unknown): unknown {
    const [, name] = method === "POST" ? (eviction.exec(path) ?? []) : [];
    if (name === undefined) return undefined;
    if (budget.has(name)) throw new FakeStatus(429, "TooManyRequests", "Cannot evict pod");
    const { deleteOptions } = body as { readonly deleteOptions: object };
    const uid = server.store.get(pods, name).metadata?.uid;
    assert.deepEqual(deleteOptions, { preconditions: { uid } }, "this pod and no other of its name");
    evicted.push(name);
    server.store.delete(pods, name);
    return { kind: "Status", status: "Success" };
  }

  function add(name: string, changes?: PodChanges): void {
    server.store.create(pods, storedPod(name, changes));
  }

  async function start(changes: Partial<Settings> = {}): Promise<Watchdog> {
    settings = { ...settings, ...changes };
    const watchdog = { ...defaultMeshConfig.watchdog, mode: settings.mode };
    const started = createWatchdog({
      api: server.client(),
      clock,
      random: () => 0.5,
      log: captured.log,
      context: () => contextWith({ watchdog }),
      namespaces: {
        get: (name) => {
          const found = server.store.find("/api/v1/namespaces", name);
          return found === undefined ? undefined : namespaceView(found);
        },
        synced: () => true,
      },
      leads: () => settings.leads,
      webhookAnswers: () => Promise.resolve(settings.answers),
      metrics: createWatchdogMetrics(registry),
      onFinding: (finding) => findings.push(finding),
    });
    dog = started;
    started.ring();
    await started.idle();
    return started;
  }

  async function pass(ms: number): Promise<void> {
    clock.advance(ms);
    await dog?.idle();
  }

  async function metric(series: string): Promise<number | undefined> {
    const line = (await registry.metrics()).split("\n").find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  it("is off by default, and only counts", async () => {
    add("web-1");
    assert.equal(defaultMeshConfig.watchdog.mode, "disabled");
    await start({ mode: defaultMeshConfig.watchdog.mode });
    await pass(calmMs);
    assert.deepEqual([evicted, findings], [[], []]);
    assert.equal(await metric('outrigger_pods_naked{namespace="shop"}'), 1);
    assert.equal(await metric("outrigger_pods_counted_timestamp_seconds"), clock.now() / 1_000);
  });

  it("tells of each pod once where it is to report", async () => {
    add("web-1");
    await start({ mode: "report" });
    await pass(watchMs);
    await pass(watchMs);
    assert.deepEqual(evicted, []);
    const [{ action, message, pod } = {} as Finding, ...others] = findings;
    assert.deepEqual(others, []);
    assert.equal(action, "Report");
    assert.equal(pod.name, "web-1");
    assert.match(message, /^a pod came without its sidecar: the namespace is labelled/);
    assert.equal(await metric('outrigger_watchdog_pods_total{result="reported"}'), 1);
  });

  it("evicts the pod, and tells so", async () => {
    add("web-1");
    await start();
    assert.deepEqual(evicted, ["web-1"]);
    assert.deepEqual(
      findings.map(({ action }) => action),
      ["Evict"],
    );
    assert.equal(await metric('outrigger_watchdog_pods_total{result="evicted"}'), 1);
  });

  it("evicts no faster than it may, however often it is woken", async () => {
    for (const [index, name] of ["a", "b", "c"].entries())
      add(name, { controller: name, bornAt: bornAt + index * 1_000 });
    const watchdog = await start();
    assert.deepEqual(evicted, ["a"]);
    for (let count = 0; count < 5; count += 1) {
      watchdog.ring();
      await watchdog.idle();
    }
    await pass(29_999);
    assert.deepEqual(evicted, ["a"]);
    await pass(1);
    assert.deepEqual(evicted, ["a", "b"]);
    await pass(30_000);
    assert.deepEqual(evicted, ["a", "b", "c"]);
  });

  it("does nothing where no pod that was tried comes back with its sidecar, says so once, and goes on later", async () => {
    add("web-1");
    await start({ answers: false });
    await pass(watchMs);
    assert.deepEqual(evicted, []);
    assert.equal(captured.lines.filter(({ msg }) => msg.startsWith("no pod is evicted")).length, 1);
    settings.answers = true;
    await pass(watchMs);
    assert.deepEqual(evicted, ["web-1"]);
  });

  it("does nothing and counts nothing where it does not lead", async () => {
    add("web-1");
    await start({ leads: false });
    await pass(calmMs);
    assert.deepEqual([evicted, server.requests], [[], []]);
    assert.equal(await metric('outrigger_pods_naked{namespace="shop"}'), undefined);
  });

  it("forgets its count when it no longer leads", async () => {
    add("web-1");
    const watchdog = await start({ mode: "report" });
    settings.leads = false;
    watchdog.ring();
    await watchdog.idle();
    assert.equal(await metric('outrigger_pods_naked{namespace="shop"}'), undefined);
    assert.equal(await metric("outrigger_pods_counted_timestamp_seconds"), 0);
  });

  it("stops where it loses the lead or the webhook while it is counting", async () => {
    for (const lose of ["leads", "answers"] as const) {
      add(lose);
      settings = { mode: "evict", leads: true, answers: true };
      server.gate = ({ path }) => {
        if (path === "/api/v1/namespaces/shop") settings[lose] = false;
        return Promise.resolve();
      };
      const watchdog = await start();
      assert.deepEqual(evicted, [], lose);
      watchdog.stop();
      registry = new Registry();
    }
  });

  it("heeds budgets, and goes on with other workloads", async () => {
    budget.add("a");
    add("a", { controller: "a" });
    add("b", { controller: "b", bornAt: bornAt + 1_000 });
    await start();
    assert.deepEqual(evicted, ["b"]);
    assert.equal(await metric('outrigger_watchdog_pods_total{result="protected"}'), 1);
    await pass(60_000);
    assert.equal(await metric('outrigger_watchdog_pods_total{result="protected"}'), 1, "not again at once");
  });

  it("gives up on a workload whose pods come back as they were", async () => {
    add("web-1");
    await start();
    assert.deepEqual(evicted, ["web-1"]);
    add("web-2", { bornAt: clock.now() });
    add("web-3");
    for (let count = 0; count < 20; count += 1) await pass(60_000);
    assert.deepEqual(evicted, ["web-1"]);
    assert.match(findings.at(-1)?.message ?? "", /came back without a sidecar/);
  });

  it("waits while another pod of the workload is missing", async () => {
    add("web-1");
    add("web-2", { ready: false });
    await start();
    assert.deepEqual(evicted, ["web-2"], "the one that is not ready goes first: it serves nobody");
    add("web-4", { ready: false, bornAt: clock.now() });
    await pass(watchMs);
    assert.deepEqual(evicted, ["web-2"]);
  });

  it("says once that it has no right to evict", async () => {
    add("web-1");
    server.fault = ({ method }) => (method === "POST" ? 403 : undefined);
    await start();
    for (let count = 0; count < 10; count += 1) await pass(watchMs);
    assert.equal(captured.lines.filter(({ msg }) => msg === "the watchdog has no right to evict pods").length, 1);
  });

  it("goes on after a failure of the API server", async () => {
    add("web-1");
    server.fault = ({ method }) => (method === "POST" ? 500 : undefined);
    await start();
    assert.equal(await metric('outrigger_watchdog_pods_total{result="failed"}'), 1);
    server.fault = () => undefined;
    await pass(60_000);
    assert.deepEqual(evicted, ["web-1"]);
  });

  it("leaves others alone, and tells why", async () => {
    add("web-1", { annotations: { "outrigger.dev/watchdog": "false" } });
    await start();
    await pass(watchMs);
    assert.deepEqual(evicted, []);
    assert.equal(findings.length, 1);
    assert.match(findings[0]?.message ?? "", /; left alone: the pod or its namespace is annotated/);
  });
});
