import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Registry } from "prom-client";
import { faulty, typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import type { RoutedPort } from "../../../../src/control-plane/model/route.ts";
import { namespacedName } from "../../../../src/control-plane/model/workload.ts";
import type { ResourceFault } from "../../../../src/control-plane/ads/resource-source.ts";
import { createFaultRecorder } from "../../../../src/control-plane/ads/fault-recorder.ts";
import type { MeshResources } from "../../../../src/control-plane/xds/resource-source.ts";
import { createResourceSource } from "../../../../src/control-plane/xds/resource-source.ts";
import { defaultTranslationSettings } from "../../../../src/control-plane/xds/translation-settings.ts";
import { createDiscoveryMetrics } from "../../../../src/observability/discovery-metrics.ts";
import { captureLogger } from "../../../captured-logger.ts";
import type { MeshStatement } from "../../../mesh/fake-mesh.ts";
import { FakeMesh } from "../../../mesh/fake-mesh.ts";
import { endpoint, proxy, service, workload } from "../../../mesh/sample-mesh.ts";
import { routedPort } from "../../../mesh/sample-routes.ts";
import type { Json } from "../../../mesh/translate.ts";
import { resourceOf, shown, wildcardOf } from "../../../mesh/translate.ts";

/** Half a character: no protobuf message can hold it. */
const unspeakable = "\ud800";
const web = workload();
const addresses = { cart: "10.96.0.10:80", stock: "10.96.0.11:80" } as const;

function statement(name: string, more: Partial<MeshStatement> = {}): MeshStatement {
  return {
    services: [
      service({ address: addresses.cart, service: name, endpoints: [endpoint(web, 8080)] }),
      service({ address: addresses.stock, service: "stock", endpoints: [endpoint(web, 8081)] }),
    ],
    workloads: [web],
    inspectedPorts: [80],
    opaqueAddresses: [],
    ...more,
  };
}

interface World {
  readonly mesh: FakeMesh;
  readonly source: MeshResources;
  readonly faults: ResourceFault[];
  readonly state: (next: MeshStatement) => void;
}

function world(first: MeshStatement): World {
  const mesh = new FakeMesh(first);
  const faults: ResourceFault[] = [];
  const source = createResourceSource({
    mesh,
    secrets: { certificate: () => undefined, trustBundle: () => "roots" },
    settings: defaultTranslationSettings,
    onFault: (fault) => faults.push(fault),
  });
  const state = (next: MeshStatement): void => {
    source.meshChanged(mesh.replace(next));
  };
  return { mesh, source, faults, state };
}

function clusterOf({ source }: World, address: string, pod = "web-1"): ReturnType<MeshResources["resource"]> {
  return source.resource(proxy({ pod: namespacedName("shop", pod) }), typeUrls.cluster, `http|${address}`);
}

function routed(service: string, address: string, value: string): RoutedPort {
  const headers = [{ kind: "exact", name: "x-tier", value }] as const;
  return routedPort({ service, addresses: [address], rules: [{ match: { headers }, backends: [{ to: address }] }] });
}

/** The virtual hosts of a namespace's table: by name, the value of the header that they match, or the status they answer. */
function hostsOf({ source }: World, namespace = "shop"): Readonly<Record<string, unknown>> {
  const client = proxy({ namespace, pod: namespacedName(namespace, "web-1") });
  const table = resourceOf(source, client, typeUrls.route, "outbound");
  assert.ok(table);
  const hosts = shown("route", table)["virtual_hosts"] as readonly Json[];
  return Object.fromEntries(
    hosts.map(({ name, routes }) => {
      const [first] = routes as readonly Json[];
      const [header] = ((first?.["match"] as Json)["headers"] ?? []) as readonly Json[];
      const answer = first?.["direct_response"] as Json | undefined;
      return [String(name), (header?.["string_match"] as Json | undefined)?.["exact"] ?? answer?.["status"]];
    }),
  );
}

describe("a resource that cannot be made", () => {
  test("is told of and left out; the others are made, and so is it once it can be", () => {
    const it = world(statement("cart"));
    const before = clusterOf(it, addresses.cart);
    it.state(statement(unspeakable));
    assert.equal(clusterOf(it, addresses.cart), faulty);
    assert.equal(typeof clusterOf(it, addresses.stock), "object");
    const [fault] = it.faults;
    assert.ok(fault?.error instanceof Error);
    assert.deepEqual(
      { ...fault, error: fault.error.message.includes("alt_stat_name") },
      {
        type: typeUrls.cluster,
        name: `http|${addresses.cart}`,
        pod: "shop/web-1",
        error: true,
      },
    );
    it.state(statement("cart"));
    assert.deepEqual(clusterOf(it, addresses.cart), before);
  });

  test("is not tried again before it changes, however often it is asked for", () => {
    const it = world(statement(unspeakable));
    for (let turn = 0; turn < 3; turn += 1) assert.equal(clusterOf(it, addresses.cart), faulty);
    assert.equal(it.faults.length, 1);
    it.source.release(typeUrls.cluster, `http|${addresses.cart}`);
    clusterOf(it, addresses.cart);
    assert.equal(it.faults.length, 2);
  });

  test("names that cannot be listed are a fault of that type and that proxy", () => {
    const it = world(statement("cart"));
    it.mesh.servicesOf = () => {
      throw new Error("no such list");
    };
    assert.equal(it.source.wildcardNames(proxy(), typeUrls.cluster), faulty);
    assert.ok(wildcardOf(it.source, proxy(), typeUrls.listener).includes("outbound"));
    assert.deepEqual(
      it.faults.map(({ type, name, pod }) => ({ type, name, pod })),
      [{ type: typeUrls.cluster, name: "*", pod: "shop/web-1" }],
    );
  });
});

describe("routes that cannot be translated", () => {
  const cart = (value: string): RoutedPort => routed("cart", addresses.cart, value);
  const stock = (value: string): RoutedPort => routed("stock", addresses.stock, value);
  const routes = (...ports: readonly RoutedPort[]): MeshStatement => statement("cart", { routes: { "*": ports } });

  test("stay as they were; those of other ports change", () => {
    const it = world(routes(cart("one"), stock("one")));
    assert.deepEqual(hostsOf(it), { destination: undefined, "shop/cart|80": "one", "shop/stock|80": "one" });
    it.state(routes(cart(unspeakable), stock("two")));
    assert.deepEqual(hostsOf(it), { destination: undefined, "shop/cart|80": "one", "shop/stock|80": "two" });
    assert.deepEqual(
      it.faults.map(({ type, name, part, pod }) => ({ type, name, part, pod })),
      [{ type: typeUrls.route, name: "outbound", part: "shop/cart|80", pod: undefined }],
    );
    it.state(routes(cart("three"), stock("two")));
    assert.deepEqual(hostsOf(it), { destination: undefined, "shop/cart|80": "three", "shop/stock|80": "two" });
  });

  test("answer an error where none were before, or at another address", () => {
    const it = world(routes(cart(unspeakable)));
    assert.deepEqual(hostsOf(it), { destination: undefined, "shop/cart|80": 500 });
    it.state(routes(cart("one")));
    assert.deepEqual(hostsOf(it), { destination: undefined, "shop/cart|80": "one" });
    it.state(routes(routed("cart", "10.96.0.99:80", unspeakable)));
    assert.deepEqual(hostsOf(it), { destination: undefined, "shop/cart|80": 500 });
  });

  test("a namespace without proxies is not remembered", () => {
    const it = world(routes(cart("one")));
    hostsOf(it);
    it.state({ ...routes(cart("one")), workloads: [] });
    it.state(routes(cart(unspeakable)));
    assert.deepEqual(hostsOf(it), { destination: undefined, "shop/cart|80": 500 });
  });
});

test("a fault is counted each time and logged once, by its words", async () => {
  const { log, lines } = captureLogger();
  const registry = new Registry();
  const record = createFaultRecorder(log, createDiscoveryMetrics(registry));
  const fault = { type: typeUrls.route, name: "outbound", part: "shop/web|80", error: new Error("odd") };
  record(fault);
  record(fault);
  record({ ...fault, error: new Error("odder") });
  assert.deepEqual(
    lines.map(({ level, msg, type, name, part, err }) => ({
      level,
      msg,
      type,
      name,
      part,
      message: (err as Json)["message"],
    })),
    ["odd", "odder"].map((message) => ({
      level: 50,
      msg: "resource could not be made",
      type: "route",
      name: "outbound",
      part: "shop/web|80",
      message,
    })),
  );
  assert.match(await registry.metrics(), /^outrigger_discovery_faulty_resources_total\{type="route"\} 3$/m);
});
