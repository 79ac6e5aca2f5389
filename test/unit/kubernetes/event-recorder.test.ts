import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { KubernetesObject } from "../../../src/kubernetes/api.ts";
import type { EventLimits, EventRecorder } from "../../../src/kubernetes/event-recorder.ts";
import { createEventRecorder } from "../../../src/kubernetes/event-recorder.ts";
import type { RecordedEvent } from "../../../src/kubernetes/event-series.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { FakeClock } from "../../fake-clock.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";

const collection = "/apis/events.k8s.io/v1/namespaces/shop/events";

interface StoredEvent extends KubernetesObject {
  readonly note: string;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

function injected(name: string, message = "sidecar injected"): RecordedEvent {
  const target = { apiVersion: "apps/v1", kind: "ReplicaSet", namespace: "shop", name, uid: `uid-${name}` };
  return { type: "Normal", reason: "Injected", message, target };
}

describe("event recorder", () => {
  let server: FakeKubernetes;
  let clock: FakeClock;
  let dropped: number;
  let recorder: EventRecorder;
  let lines: ReturnType<typeof captureLogger>["lines"];

  beforeEach(async () => {
    server = new FakeKubernetes();
    clock = new FakeClock();
    dropped = 0;
    await server.start();
  });

  afterEach(async () => {
    await server.stop();
  });

  function startRecorder(limits: Partial<EventLimits> = {}): void {
    const captured = captureLogger();
    lines = captured.lines;
    recorder = createEventRecorder({
      api: server.client(),
      clock,
      random: () => 0.5,
      log: captured.log,
      reporter: { controller: "outrigger.dev/injector", instance: "outrigger-injector-abc", action: "Inject" },
      onDropped: (count) => (dropped += count),
      limits,
    });
  }

  function stored(): readonly StoredEvent[] {
    return server.store.list(collection) as readonly StoredEvent[];
  }

  it("writes an events.k8s.io/v1 Event on its target", async () => {
    startRecorder();
    recorder.record(injected("web"));
    assert.equal(server.requests.length, 0, "recording sends nothing itself");
    await eventually("it is written", () => stored().length === 1);
    const [{ metadata, ...event } = { metadata: {} }] = stored();
    assert.match(metadata?.name ?? "", /^outrigger\.[0-9a-f-]{36}$/);
    assert.equal(metadata?.namespace, "shop");
    assert.deepEqual(event, {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      eventTime: "2026-01-01T00:00:00.000000Z",
      reportingController: "outrigger.dev/injector",
      reportingInstance: "outrigger-injector-abc",
      action: "Inject",
      type: "Normal",
      reason: "Injected",
      note: "sidecar injected",
      regarding: { apiVersion: "apps/v1", kind: "ReplicaSet", namespace: "shop", name: "web", uid: "uid-web" },
    });
    await recorder.stop(2_000);
  });

  it("counts repetitions on the first Event, now and then", async () => {
    startRecorder();
    recorder.record(injected("web"));
    await eventually("it is written", () => stored().length === 1);
    for (let pod = 0; pod < 50; pod += 1) recorder.record(injected("web"));
    recorder.record(injected("api"));
    await eventually("the other one is written", () => stored().length === 2);
    assert.equal(stored()[0]?.series, undefined);
    clock.advance(30_000);
    await eventually("the count is written", () => stored()[0]?.series?.count === 51);
    assert.equal(server.requests.length, 3);
    clock.advance(600_000);
    recorder.record(injected("web"));
    await eventually("after a while it is a new Event", () => stored().length === 3);
    await recorder.stop(2_000);
    assert.equal(dropped, 0);
  });

  it("counts those that came before the first was sent", async () => {
    startRecorder();
    for (let pod = 0; pod < 5; pod += 1) recorder.record(injected("web"));
    await eventually("it is written", () => stored().length === 1);
    assert.equal(stored()[0]?.series?.count, 5);
    await recorder.stop(2_000);
    assert.equal(server.requests.length, 1);
  });

  it("writes anew what the API server has forgotten", async () => {
    startRecorder();
    recorder.record(injected("web"));
    await eventually("it is written", () => stored().length === 1);
    server.store.delete(collection, stored()[0]?.metadata?.name ?? "");
    recorder.record(injected("web"));
    clock.advance(30_000);
    await eventually("it is written again", () => stored()[0]?.series?.count === 2);
    await recorder.stop(2_000);
  });

  it("keeps pace after a burst", async () => {
    startRecorder({ burst: 3, paceMs: 1_000 });
    for (let index = 0; index < 5; index += 1) recorder.record(injected(`web-${index}`));
    await eventually("the burst is written", () => stored().length === 3);
    await eventually("it waits", () => clock.untilNext() === 1_000);
    assert.equal(stored().length, 3);
    clock.advance(1_000);
    await eventually("one more", () => stored().length === 4);
    await recorder.stop(2_000);
    assert.equal(stored().length, 5, "stopping does not wait for the pace");
  });

  it("drops and counts what does not fit", async () => {
    startRecorder({ queued: 2 });
    for (let index = 0; index < 5; index += 1) recorder.record(injected(`web-${index}`));
    await recorder.stop(2_000);
    assert.equal(dropped, 3);
    recorder.record(injected("late"));
    assert.equal(dropped, 4);
  });

  it("forgets the oldest series", async () => {
    startRecorder({ remembered: 2 });
    for (const name of ["a", "b", "c", "a"]) {
      recorder.record(injected(name));
      const count = stored().length;
      await eventually("it is written", () => stored().length === count + 1);
    }
    await recorder.stop(2_000);
  });

  it("tries again while the API server is away, and gives up at last", async () => {
    startRecorder({ attempts: 3 });
    server.fault = () => 503;
    recorder.record(injected("web"));
    await eventually("the first attempt fails", () => clock.untilNext() !== undefined);
    server.fault = () => undefined;
    clock.advance(500);
    await eventually("it is written", () => stored().length === 1);
    server.fault = () => 503;
    recorder.record(injected("api"));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await eventually("it fails", () => clock.untilNext() !== undefined);
      clock.advance(1_000);
    }
    await eventually("it is dropped", () => dropped === 1);
    const warnings = lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
    assert.deepEqual(warnings, ["kubernetes event not sent", "kubernetes event not sent"]);
    await recorder.stop(2_000);
  });

  it("does not repeat what the API server refuses", async () => {
    startRecorder();
    let refusals = 0;
    server.fault = () => {
      refusals += 1;
      return 403;
    };
    recorder.record(injected("web"));
    await eventually("it is dropped", () => dropped === 1);
    assert.equal(refusals, 1);
    await recorder.stop(2_000);
  });

  it("stops within its time, whatever the API server does", async () => {
    startRecorder();
    server.gate = () => new Promise(() => undefined);
    recorder.record(injected("web"));
    recorder.record(injected("api"));
    await eventually("it hangs", () => server.inFlight === 1);
    const stopping = recorder.stop(2_000);
    clock.advance(2_000);
    await stopping;
    assert.equal(dropped, 2);
    assert.equal(clock.untilNext(), undefined, "no timer is left");
  });
});
