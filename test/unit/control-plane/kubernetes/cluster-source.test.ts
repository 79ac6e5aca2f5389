import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createClusterSource } from "../../../../src/control-plane/kubernetes/cluster-source.ts";
import type { ObjectSource } from "../../../../src/control-plane/kubernetes/object-source.ts";
import type { ObjectChange } from "../../../../src/control-plane/model/cluster-object.ts";
import { pathsOf, watchedKinds } from "../../../../src/control-plane/kubernetes/watched-kinds.ts";
import type { CapturedLogger } from "../../../captured-logger.ts";
import { captureLogger } from "../../../captured-logger.ts";
import { eventually } from "../../../eventually.ts";
import { FakeClock } from "../../../fake-clock.ts";
import { FakeKubernetes } from "../../../fake-kubernetes/server.ts";

const services = "/api/v1/services";
const meshTls = "/apis/outrigger.dev/v1alpha1/meshtls";
const allKinds = watchedKinds.length;
/** Kinds that not every cluster has. */
const optionalKinds = watchedKinds.filter(({ optional }) => optional);
const optionalPaths = optionalKinds.flatMap(pathsOf);
const builtInKinds = allKinds - optionalKinds.length;

describe("cluster source", () => {
  let server: FakeKubernetes;
  let clock: FakeClock;
  let source: ObjectSource;
  let logger: CapturedLogger;
  let changes: ObjectChange[];
  let installed: boolean;

  beforeEach(async () => {
    server = new FakeKubernetes();
    clock = new FakeClock();
    logger = captureLogger();
    changes = [];
    installed = true;
    server.fault = ({ path }) => (optionalPaths.includes(path) && !installed ? 404 : undefined);
    await server.start();
  });

  afterEach(async () => {
    source.stop();
    await server.stop();
  });

  function start(): void {
    source = createClusterSource({
      api: server.client(),
      clock,
      random: () => 0.5,
      log: logger.log,
      take: (batch) => {
        changes.push(...batch);
      },
    });
    source.start();
  }

  function createService(name: string, namespace: string, spec: object = {}): void {
    server.store.create(services, { metadata: { name, namespace }, spec } as object);
  }

  const keys = (): readonly string[] => changes.map(({ kind, key }) => `${kind} ${key}`);
  const logged = (message: string): number => logger.lines.filter(({ msg }) => msg === message).length;

  it("hands on everything that there is before it says that it is synced", async () => {
    createService("web", "shop", { clusterIP: "10.96.0.1", ports: [{ port: 80 }] });
    server.store.create("/api/v1/namespaces", { metadata: { name: "shop" } });
    server.store.create("/api/v1/nodes", { metadata: { name: "n1" } });
    server.store.create("/api/v1/pods", { metadata: { name: "web-1", namespace: "shop" } });
    server.store.create("/apis/discovery.k8s.io/v1/endpointslices", { metadata: { name: "web-1", namespace: "shop" } });
    server.store.create(meshTls, {
      metadata: { name: "default", namespace: "shop" },
      spec: { mode: "strict" },
    } as object);
    start();
    assert.equal(source.synced(), false);
    await source.whenSynced();
    assert.equal(source.synced(), true);
    assert.deepEqual(keys().toSorted(), [
      "meshTls shop/default",
      "namespace shop",
      "node n1",
      "pod shop/web-1",
      "service shop/web",
      "slice shop/web-1",
    ]);
  });

  it("follows changes and removals, and tells namesakes of two namespaces apart", async () => {
    start();
    await source.whenSynced();
    await eventually("the watches are open", () => server.watches.count === allKinds);
    createService("web", "shop", { clusterIP: "10.96.0.1" });
    server.store.create("/api/v1/pods", { metadata: { name: "web", namespace: "shop" } });
    await eventually("both are heard of", () => changes.length === 2);
    server.store.delete(services, "web");
    await eventually("it is gone", () => changes.length === 3);
    assert.deepEqual(keys().toSorted(), ["pod shop/web", "service shop/web", "service shop/web"]);
    assert.equal(changes.at(-1)?.object, undefined);
  });

  it("hands on a malformed object with what is wrong, and all others", async () => {
    createService("bad", "shop", { ports: "none" });
    createService("good", "shop", { clusterIP: "10.96.0.1", ports: [{ port: 80 }] });
    start();
    await source.whenSynced();
    const bad = changes.find(({ key }) => key === "shop/bad");
    assert.deepEqual(
      bad?.problems.map(({ path }) => path),
      ["spec.ports"],
    );
    assert.deepEqual(changes.find(({ key }) => key === "shop/good")?.problems, []);
  });

  it("survives an API server that goes away, and hears of what it missed", async () => {
    start();
    await source.whenSynced();
    await server.stop();
    await eventually("every watch has failed", () => logged("kubernetes watch failed") === allKinds);
    createService("missed", "shop");
    await server.start();
    const isHeardOf = (): boolean => {
      clock.advance(1_000);
      return keys().includes("service shop/missed");
    };
    await eventually("it is heard of", isHeardOf);
  });

  it("does without the custom resources where they are not installed, says so once, and finds them later", async () => {
    installed = false;
    start();
    await source.whenSynced();
    await eventually("the other watches are open", () => server.watches.count === builtInKinds);
    clock.advance(30_000);
    await eventually("it has asked again", () => server.watches.count === builtInKinds);
    assert.equal(logged("custom resource not installed"), optionalKinds.length);
    assert.equal(logged("kubernetes watch failed"), 0);
    installed = true;
    server.store.create(meshTls, {
      metadata: { name: "default", namespace: "shop" },
      spec: { mode: "strict" },
    } as object);
    await eventually("they are found", () => {
      clock.advance(1_000);
      return keys().includes("meshTls shop/default") && logged("custom resource found") === optionalKinds.length;
    });
  });

  it("reads ReferenceGrants in the older version where there is no other, and in the newer one once that is all there is", async () => {
    const path = (version: string): string => `/apis/gateway.networking.k8s.io/${version}/referencegrants`;
    const served = new Set(["v1beta1"]);
    server.fault = (request) =>
      ["v1", "v1beta1"].some((version) => request.path === path(version) && !served.has(version)) ? 404 : undefined;
    const grants = (): readonly string[] => keys().filter((key) => key.startsWith("referenceGrant"));
    server.store.create(path("v1beta1"), { metadata: { name: "old", namespace: "shop" } });
    start();
    await source.whenSynced();
    await eventually("all watches are open", () => server.watches.count === allKinds);
    assert.deepEqual(grants(), ["referenceGrant shop/old"]);
    server.store.create(path("v1beta1"), { metadata: { name: "older", namespace: "shop" } });
    await eventually("it is watched", () => grants().includes("referenceGrant shop/older"));
    served.clear();
    served.add("v1");
    server.store.create(path("v1"), { metadata: { name: "new", namespace: "shop" } });
    server.store.compact();
    server.watches.cut();
    await eventually("it is found in the newer version", () => {
      clock.advance(1_000);
      return grants().includes("referenceGrant shop/new");
    });
  });

  it("keeps what it knows of MeshTLS where an API server denies that there is such a kind", async () => {
    server.store.create(meshTls, {
      metadata: { name: "default", namespace: "shop" },
      spec: { mode: "strict" },
    } as object);
    start();
    await source.whenSynced();
    await eventually("all watches are open", () => server.watches.count === allKinds);
    installed = false;
    server.store.compact();
    server.watches.cut();
    await eventually("it has been denied", () => {
      clock.advance(1_000);
      return logger.lines.some(({ msg, path }) => msg === "kubernetes watch failed" && path === meshTls);
    });
    assert.deepEqual(
      changes.filter(({ kind, object }) => kind === "meshTls" && object === undefined),
      [],
    );
  });
});
