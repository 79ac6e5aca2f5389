/**
 * The status of objects, from what an API server has to what is written to it: by MeshTLS objects, whose status is the mesh's
 * alone, and by routes, whose status it shares with other controllers.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { readObject, removedObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import type { StatusReporter } from "../../../../src/control-plane/kubernetes/status/status-reporter.ts";
import { createStatusReporter } from "../../../../src/control-plane/kubernetes/status/status-reporter.ts";
import type { ObjectKind } from "../../../../src/control-plane/model/cluster-object.ts";
import type { JsonObject } from "../../../../src/json-value.ts";
import { isJsonObject } from "../../../../src/json-value.ts";
import type { KubernetesObject } from "../../../../src/kubernetes/api.ts";
import type { MeshOfObjects } from "../../../../src/serve/mesh-of-objects.ts";
import { createMeshOfObjects } from "../../../../src/serve/mesh-of-objects.ts";
import { defaultTranslationSettings } from "../../../../src/control-plane/xds/translation-settings.ts";
import type { CapturedLogger } from "../../../captured-logger.ts";
import { captureLogger } from "../../../captured-logger.ts";
import { eventually } from "../../../eventually.ts";
import { FakeClock } from "../../../fake-clock.ts";
import { FakeKubernetes } from "../../../fake-kubernetes/server.ts";
import { FakeStatus } from "../../../fake-kubernetes/store.ts";

const meshTls = "/apis/outrigger.dev/v1alpha1/namespaces/shop/meshtls";
const httpRoutes = "/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes";
const kinds: Readonly<Record<string, ObjectKind>> = { [meshTls]: "meshTls", [httpRoutes]: "httpRoute" };

describe("the reporter of statuses", () => {
  let server: FakeKubernetes;
  let clock: FakeClock;
  let logger: CapturedLogger;
  let mesh: MeshOfObjects;
  let reporter: StatusReporter;
  let leads: boolean;
  /** Names of objects whose status was written, in order. */
  let written: string[];
  let unwritable: ReadonlySet<string>;
  /** What another controller does between a read and a write. */
  let meanwhile: () => void;

  beforeEach(async () => {
    server = new FakeKubernetes();
    clock = new FakeClock();
    logger = captureLogger();
    [leads, written, unwritable, meanwhile] = [true, [], new Set(), () => undefined];
    server.answer = ({ method, path, query }, body) =>
      method === "PATCH" ? write(path, query, body as JsonObject) : undefined;
    server.fault = ({ method, path }) => (method === "PATCH" && unwritable.has(path) ? 500 : undefined);
    await server.start();
    mesh = createMeshOfObjects({
      settings: { trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] },
      issuer: { certificate: () => undefined, trustBundle: () => "", subscribe: () => () => undefined },
      translation: defaultTranslationSettings,
      clock,
      log: captureLogger().log,
      metrics: { faulty: () => undefined },
    });
    reporter = createStatusReporter({
      api: server.client(),
      clock,
      random: () => 0.5,
      log: logger.log,
      leads: () => leads,
      ...mesh.statuses,
    });
    mesh.statuses.onChange(reporter.ring);
  });

  afterEach(async () => {
    reporter.stop();
    await server.stop();
  });

  /** As an API server does with the status of an object, and then its watch. */
  function write(path: string, query: Readonly<Record<string, string>>, body: JsonObject): unknown {
    meanwhile();
    const [, collection = "", name = ""] = /^(.*)\/([^/]+)\/status$/.exec(path) ?? [];
    const current = server.store.get(collection, name);
    const { resourceVersion } = body["metadata"] as { readonly resourceVersion: string };
    if (resourceVersion !== current.metadata?.resourceVersion) throw new FakeStatus(409, "Conflict", name);
    assert.equal(query["fieldManager"], "outrigger-control-plane");
    written.push(name);
    put(collection, name, { ...current, status: body["status"] });
    return server.store.get(collection, name);
  }

  /** Puts an object into the API server, and tells the mesh. */
  function put(collection: string, name: string, more: object, generation = 1): void {
    const known = server.store.find(collection, name);
    const metadata = { name, namespace: "shop", generation };
    const object = { metadata, ...more } as KubernetesObject;
    if (known === undefined) server.store.create(collection, object);
    else server.store.update(collection, name, object);
    tell(collection, name);
  }

  function tell(collection: string, name: string): void {
    const object = server.store.get(collection, name) as JsonObject;
    mesh.take([readObject(kinds[collection] ?? "pod", `shop/${name}`, object)]);
  }

  async function run(): Promise<void> {
    clock.advance(2_000);
    await reporter.idle();
  }

  const statusOf = (collection: string, name: string): JsonObject => {
    const { status } = server.store.get(collection, name) as { readonly status?: unknown };
    return isJsonObject(status) ? status : {};
  };
  const reasonsOf = (collection: string, name: string): readonly string[] => {
    const { conditions } = statusOf(collection, name) as {
      readonly conditions?: readonly { readonly reason: string }[];
    };
    return (conditions ?? []).map(({ reason }) => reason);
  };
  const requests = (method: string): number => server.requests.filter((request) => request.method === method).length;

  test("writes what has become of each, once", async () => {
    put(meshTls, "good", { spec: { mode: "strict" } });
    put(meshTls, "bad", { spec: { mode: "warp" } });
    await run();
    assert.deepEqual(written, ["good", "bad"]);
    assert.deepEqual([reasonsOf(meshTls, "good"), reasonsOf(meshTls, "bad")], [["Accepted"], ["Invalid"]]);
    await run();
    assert.equal(written.length, 2);
  });

  test("reads nothing of what says already what it should", async () => {
    put(meshTls, "good", { spec: { mode: "strict" } });
    await run();
    const before = requests("GET");
    tell(meshTls, "good");
    await run();
    assert.equal(requests("GET"), before);
  });

  test("gathers what rings at the same time", async () => {
    put(meshTls, "good", { spec: { mode: "strict" } });
    for (let times = 0; times < 5; times += 1) tell(meshTls, "good");
    await run();
    assert.equal(requests("GET"), 1);
  });

  test("says nothing of a generation that the mesh has not seen", async () => {
    put(meshTls, "late", { spec: { mode: "strict" } });
    const metadata = { name: "late", namespace: "shop", generation: 2 };
    server.store.update(meshTls, "late", { metadata, spec: { mode: "permissive" } } as KubernetesObject);
    await run();
    assert.deepEqual(written, []);
    tell(meshTls, "late");
    await run();
    assert.deepEqual(written, ["late"]);
  });

  test("is silent while another replica leads, and makes up for it", async () => {
    leads = false;
    put(meshTls, "good", { spec: { mode: "strict" } });
    await run();
    assert.deepEqual(server.requests, []);
    leads = true;
    reporter.leadershipChanged();
    await run();
    assert.deepEqual(written, ["good"]);
  });

  test("goes on with the others where one cannot be written, and tries that one again", async () => {
    put(meshTls, "a", { spec: { mode: "strict" } });
    put(meshTls, "b", { spec: { mode: "warp" } });
    unwritable = new Set([`${meshTls}/a/status`]);
    await run();
    assert.deepEqual(written, ["b"]);
    assert.deepEqual(
      logger.lines.map(({ msg }) => msg),
      ["status of an object not written"],
    );
    unwritable = new Set();
    clock.advance(60_000);
    await eventually("it is written", () => written.length === 2);
  });

  test("writes at most ten a second", async () => {
    for (let place = 0; place < 60; place += 1) put(meshTls, `policy-${place}`, { spec: { mode: "warp" } });
    await run();
    assert.equal(written.length, 50);
    clock.advance(5_000);
    await reporter.idle();
    assert.equal(written.length, 60);
  });

  test("has nothing to say of what is gone", async () => {
    put(meshTls, "good", { spec: { mode: "strict" } });
    server.store.delete(meshTls, "good");
    await run();
    assert.deepEqual([written, logger.lines], [[], []]);
    mesh.take([removedObject("meshTls", "shop/good")]);
    assert.equal(mesh.statuses.due({ kind: "meshTls", key: "shop/good" }), undefined);
    assert.deepEqual(mesh.statuses.objects(), []);
  });

  test("leaves other controllers' entries of a route alone, also one that was written a moment ago", async () => {
    const entry = (controllerName: string): object => ({
      parentRef: { name: "gateway" },
      controllerName,
      conditions: [],
    });
    const spec = { parentRefs: [{ group: "", kind: "Service", name: "web" }, { name: "gateway" }], rules: [] };
    put(httpRoutes, "route", { spec, status: { parents: [entry("example.org/first")] } });
    let times = 0;
    meanwhile = () => {
      if ((times += 1) > 1) return;
      const parents = [entry("example.org/first"), entry("example.org/second")];
      put(httpRoutes, "route", { spec, status: { parents } });
    };
    await run();
    assert.deepEqual(written, [], "what was read is no longer what is there");
    clock.advance(5_000);
    await reporter.idle();
    const { parents } = statusOf(httpRoutes, "route") as { readonly parents: readonly JsonObject[] };
    assert.deepEqual(
      parents.map((parent) => parent["controllerName"]),
      ["example.org/first", "example.org/second", "outrigger.dev/mesh"],
    );
    assert.deepEqual(logger.lines, []);
  });

  test("takes its entries back where a route names no Service any more", async () => {
    put(httpRoutes, "route", { spec: { parentRefs: [{ group: "", kind: "Service", name: "web" }], rules: [] } });
    await run();
    const status = statusOf(httpRoutes, "route");
    assert.equal((status["parents"] as readonly unknown[]).length, 1);
    put(httpRoutes, "route", { spec: { parentRefs: [{ name: "gateway" }], rules: [] }, status }, 2);
    await run();
    assert.deepEqual(statusOf(httpRoutes, "route"), { parents: [] });
    assert.deepEqual(written, ["route", "route"]);
  });

  test("writes nothing to a route that is no business of the mesh", async () => {
    put(httpRoutes, "route", { spec: { parentRefs: [{ name: "gateway" }], rules: [] } });
    await run();
    assert.deepEqual(server.requests, []);
  });
});
