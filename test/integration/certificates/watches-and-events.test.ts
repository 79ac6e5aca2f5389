/**
 * The namespace store, the event recorder and the version against a real API server: what it really sends and accepts.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/clock.ts";
import type { KubernetesList } from "../../../src/kubernetes/api.ts";
import { createEventRecorder } from "../../../src/kubernetes/event-recorder.ts";
import type { RecordedEvent } from "../../../src/kubernetes/event-series.ts";
import { createListWatch } from "../../../src/kubernetes/list-watch.ts";
import { createNamespaceStore } from "../../../src/kubernetes/namespaces.ts";
import type { NamespaceStore } from "../../../src/kubernetes/namespaces.ts";
import { createServerVersionStore, runsNativeSidecars } from "../../../src/kubernetes/server-version.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { openApiServer } from "./api-server.ts";
import type { ApiServer } from "./api-server.ts";

const name = `outrigger-it-${randomBytes(4).toString("hex")}`;
const namespaces = "/api/v1/namespaces";

describe("watches and events on a real API server", { timeout: 300_000 }, () => {
  let server: ApiServer;
  let store: NamespaceStore;
  let reconnects = 0;
  const { log } = captureLogger();

  before(async () => {
    server = await openApiServer();
    store = createNamespaceStore({
      ...parts(),
      onReconnect: () => (reconnects += 1),
    });
    store.start();
    await store.whenSynced();
  });

  after(async () => {
    store.stop();
    await server.api.request({ method: "DELETE", path: `${namespaces}/${name}` });
    await server.close();
  });

  function parts() {
    return { api: server.api, clock: systemClock, random: Math.random, log };
  }

  async function label(value: string): Promise<void> {
    const body = { metadata: { labels: { "outrigger.dev/injection": value } } };
    await server.api.request({
      method: "PATCH",
      path: `${namespaces}/${name}`,
      contentType: "application/merge-patch+json",
      body,
    });
  }

  const labelOf = (): string | undefined => store.get(name)?.labels["outrigger.dev/injection"];

  it("the namespace store follows namespaces", async () => {
    assert.equal(store.get("kube-system")?.labels["kubernetes.io/metadata.name"], "kube-system");
    const metadata = { name, annotations: { "outrigger.dev/proxy-log-level": "info" } };
    await server.api.request({ method: "POST", path: namespaces, body: { metadata } });
    await eventually("the new one is known", () => store.get(name) !== undefined);
    assert.deepEqual(store.get(name)?.annotations, metadata.annotations);
    await label("enabled");
    await eventually("its label is known", () => labelOf() === "enabled");
  });

  it("a list longer than a page is read whole", async () => {
    const path = `${namespaces}/${name}/configmaps`;
    const create = (index: number): Promise<unknown> =>
      server.api.request({ method: "POST", path, body: { metadata: { name: `item-${index}` } } });
    for (let index = 0; index < 520; index += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, place) => create(index + place)));
    }
    const watch = createListWatch({ ...parts(), path, metadataOnly: true, reduce: ({ metadata }) => metadata?.name });
    watch.start();
    await watch.whenSynced();
    assert.equal(watch.values().filter((item) => item?.startsWith("item-")).length, 520);
    watch.stop();
  });

  it("events are written, counted, and seen by everybody", async () => {
    const recorder = createEventRecorder({
      ...parts(),
      reporter: { controller: "outrigger.dev/injector", instance: "outrigger-injector-test", action: "Inject" },
      onDropped: (count) => assert.fail(`${count} events dropped`),
      limits: { updateMs: 200 },
    });
    const target = { apiVersion: "apps/v1", kind: "ReplicaSet", namespace: name, name: "web-5d9c", uid: "u-1" };
    const event: RecordedEvent = { type: "Normal", reason: "Injected", message: "sidecar injected", target };
    const read = async (path: string): Promise<readonly Record<string, unknown>[]> => {
      const list = await server.api.request<KubernetesList>({
        method: "GET",
        path: `${path}/namespaces/${name}/events`,
      });
      return (list.items ?? []) as unknown as readonly Record<string, unknown>[];
    };
    recorder.record(event);
    await eventually("it is written", async () => (await read("/apis/events.k8s.io/v1")).length === 1);
    for (let pod = 0; pod < 4; pod += 1) recorder.record(event);
    await eventually("it is counted", async () => {
      const [{ series } = {}] = await read("/apis/events.k8s.io/v1");
      return (series as { count?: number } | undefined)?.count === 5;
    });
    const [classic] = await read("/api/v1");
    assert.equal(classic?.["message"], "sidecar injected");
    assert.deepEqual(classic["involvedObject"], target);
    for (let pod = 0; pod < 2; pod += 1) recorder.record({ ...event, type: "Warning", reason: "InjectionFailed" });
    await recorder.stop(5_000);
    assert.equal((await read("/apis/events.k8s.io/v1")).length, 2);
  });

  it("the version is known", async () => {
    const versions = createServerVersionStore(parts());
    await versions.start();
    const version = versions.current();
    assert.ok(version !== undefined && runsNativeSidecars(version));
    versions.stop();
  });

  it("a restart of the API server is survived, and what it missed is found out", async () => {
    if (server.restart === undefined) return;
    await server.restart(1);
    await label("disabled");
    await eventually("its label is known", () => labelOf() === "disabled", 30_000);
    assert.ok(reconnects > 0);
  });
});
