import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createListWatch } from "../../../src/kubernetes/list-watch.ts";
import type { ListWatch, ListWatchOptions, WatchFailure } from "../../../src/kubernetes/list-watch.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { FakeClock } from "../../fake-clock.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";

const path = "/api/v1/namespaces";

describe("list-watch", () => {
  let server: FakeKubernetes;
  let clock: FakeClock;
  let failures: WatchFailure[];
  let reconnects: number;
  let watch: ListWatch<string>;
  let lines: ReturnType<typeof captureLogger>["lines"];

  beforeEach(async () => {
    server = new FakeKubernetes();
    clock = new FakeClock();
    failures = [];
    reconnects = 0;
    await server.start();
  });

  afterEach(async () => {
    watch.stop();
    await server.stop();
  });

  function startWatch(options: Partial<ListWatchOptions<string>> = {}): void {
    const captured = captureLogger();
    lines = captured.lines;
    watch = createListWatch({
      api: server.client(),
      clock,
      random: () => 0.5,
      log: captured.log,
      path,
      reduce: (object) => object.metadata?.labels?.["v"] ?? "",
      onFailure: (failure) => failures.push(failure),
      onReconnect: () => (reconnects += 1),
      ...options,
    });
    watch.start();
  }

  function put(name: string, v: string): void {
    const object = { metadata: { name, labels: { v } } };
    if (server.store.find(path, name) === undefined) server.store.create(path, object);
    else server.store.update(path, name, object);
  }

  async function watching(): Promise<void> {
    await eventually("a watch is open", () => server.watches.count === 1);
  }

  it("lists page by page, then follows changes", async () => {
    server.pageSize = 2;
    for (const name of ["a", "b", "c", "d", "e"]) put(name, name);
    startWatch();
    assert.equal(watch.synced(), false);
    await watch.whenSynced();
    assert.equal(watch.synced(), true);
    assert.deepEqual(watch.values(), ["a", "b", "c", "d", "e"]);
    put("f", "1");
    put("a", "2");
    server.store.delete(path, "b");
    await eventually("events arrive", () => watch.get("b") === undefined && watch.get("a") === "2");
    assert.equal(watch.get("f"), "1");
    assert.equal(watch.get("absent"), undefined);
  });

  it("tells objects apart by what it is given, and selects by labels", async () => {
    const pods = "/api/v1/pods";
    for (const namespace of ["a", "b"]) {
      const metadata = { name: `web-${namespace}`, namespace, labels: { app: "web", v: namespace } };
      server.store.create(pods, { metadata });
    }
    const keyOf: ListWatchOptions<string>["keyOf"] = ({ metadata }) => `${String(metadata?.namespace)}/web`;
    startWatch({ path: pods, keyOf, labelSelector: "app=web" });
    await watching();
    assert.equal(watch.get("a/web"), "a");
    assert.equal(server.watches.queries[0]?.["labelSelector"], "app=web");
    assert.ok(server.requests.every(({ query }) => query["labelSelector"] === "app=web"));
    server.store.delete(pods, "web-a");
    await eventually("it is gone", () => watch.get("a/web") === undefined);
    assert.deepEqual(watch.values(), ["b"]);
  });

  it("asks for bookmarks, an end, and the version it knows", async () => {
    startWatch({ fieldSelector: "metadata.name=a" });
    await watching();
    assert.deepEqual(server.watches.queries, [
      {
        fieldSelector: "metadata.name=a",
        resourceVersion: "100",
        allowWatchBookmarks: "true",
        timeoutSeconds: "300",
        watch: "true",
      },
    ]);
    assert.equal(server.requests[0]?.query["fieldSelector"], "metadata.name=a");
  });

  it("goes on where it was when the server ends the watch", async () => {
    startWatch();
    await watching();
    server.watches.bookmark();
    put("a", "1");
    await eventually("the event arrives", () => watch.get("a") === "1");
    server.watches.end();
    put("b", "1");
    await eventually("the missed event arrives", () => watch.get("b") === "1");
    assert.equal(server.requests.length, 1, "no second list");
    assert.deepEqual(failures, []);
  });

  it("goes on where it was when the connection breaks, after a pause", async () => {
    startWatch();
    await watching();
    put("a", "1");
    await eventually("the event arrives", () => watch.get("a") === "1");
    server.watches.cut();
    put("b", "1");
    await eventually("the failure is seen", () => failures.length === 1);
    assert.equal(server.watches.count, 0, "it pauses first");
    clock.advance(200);
    await eventually("the missed event arrives", () => watch.get("b") === "1");
    assert.equal(server.requests.length, 1, "no second list");
    assert.equal(reconnects, 1);
  });

  it("lists anew when its version is too old, and forgets what went meanwhile", async () => {
    put("a", "1");
    put("b", "1");
    startWatch();
    await watching();
    server.watches.cut();
    await eventually("the failure is seen", () => failures.length === 1);
    server.store.delete(path, "a");
    server.store.compact();
    clock.advance(200);
    await eventually("410 is seen", () => failures.length === 2);
    assert.deepEqual(failures, ["failed", "gone"]);
    clock.advance(400);
    await eventually("the list is read again", () => watch.get("a") === undefined);
    assert.equal(watch.get("b"), "1");
    await watching();
  });

  it("reopens a watch that has fallen silent", async () => {
    startWatch();
    await watching();
    server.watches.mute = true;
    put("a", "1");
    clock.advance(179_000);
    assert.deepEqual(failures, []);
    clock.advance(1_000);
    await eventually("the stall is seen", () => failures.length === 1);
    assert.deepEqual(failures, ["stalled"]);
    server.watches.mute = false;
    clock.advance(200);
    await eventually("the missed event arrives", () => watch.get("a") === "1");
  });

  it("takes bookmarks for words", async () => {
    startWatch();
    await watching();
    for (let minute = 0; minute < 10; minute += 1) {
      const before = server.watches.queries.length;
      clock.advance(60_000);
      server.watches.bookmark();
      put("tick", String(minute));
      await eventually("the tick arrives", () => watch.get("tick") === String(minute));
      assert.equal(server.watches.queries.length, before);
    }
    assert.deepEqual(failures, []);
  });

  it("lists anew at the end of a watch once the list is old", async () => {
    startWatch({ timings: { silenceMs: 10_000_000 } });
    await watching();
    clock.advance(600_000);
    server.watches.end();
    await eventually("a second list", () => server.requests.length === 2);
  });

  it("survives a restart of the API server and logs it once", async () => {
    put("a", "1");
    startWatch();
    await watching();
    await server.stop();
    await eventually("the failure is seen", () => failures.length === 1);
    for (let attempt = 2; attempt <= 5; attempt += 1) {
      clock.advance(10_000);
      await eventually("another attempt fails", () => failures.length === attempt);
    }
    await server.start();
    put("b", "1");
    clock.advance(10_000);
    await eventually("the new object arrives", () => watch.get("b") === "1");
    assert.equal(watch.get("a"), "1", "what it knew it kept all the time");
    assert.equal(reconnects, 1);
    const warnings = lines.filter(({ level }) => level === 40);
    assert.deepEqual(
      warnings.map(({ msg, path: where }) => [msg, where]),
      [["kubernetes watch failed", path]],
    );
    assert.ok(lines.some(({ msg, failures: count }) => msg === "kubernetes watch recovered" && count === 5));
  });

  it("backs off from a server that ends every watch at once", async () => {
    startWatch();
    await watching();
    for (let failure = 1; failure <= 5; failure += 1) {
      server.watches.end();
      await eventually("it is taken for a failure", () => failures.length === failure);
      clock.advance(200 * 2 ** failure);
      await watching();
    }
    assert.deepEqual(failures, Array(5).fill("failed"));
  });

  it("retries the first list until the server is there", async () => {
    server.fault = () => 503;
    startWatch();
    await eventually("the failure is seen", () => failures.length === 1);
    assert.equal(watch.synced(), false);
    server.fault = () => undefined;
    clock.advance(200);
    await watch.whenSynced();
  });

  it("sends nothing after stop", async () => {
    startWatch();
    await watching();
    watch.stop();
    await eventually("the watch is closed", () => server.watches.count === 0);
    clock.advance(1_000_000);
    assert.equal(server.watches.queries.length, 1);
    assert.deepEqual(failures, []);
  });
});
