/** From TCPRoutes to what a sidecar is sent: what changes for it, and what does not. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { ResourceChange, TypeUrl } from "../../../../src/control-plane/ads/resource-source.ts";
import { typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import { readObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import type { ObjectChange } from "../../../../src/control-plane/model/cluster-object.ts";
import { createMeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import type { MeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import type { MeshResources } from "../../../../src/control-plane/xds/resource-source.ts";
import { createResourceSource } from "../../../../src/control-plane/xds/resource-source.ts";
import { defaultTranslationSettings } from "../../../../src/control-plane/xds/translation-settings.ts";
import { proxy } from "../../../mesh/sample-mesh.ts";
import { failOnFault, resourceOf, shown, textsUnder } from "../../../mesh/translate.ts";

const metadata = (name: string): { readonly name: string; readonly namespace: string } => ({ name, namespace: "shop" });
const cluster = "tcp|10.96.0.1:5432";

function service(name: string, clusterIP: string): ObjectChange {
  const spec = { clusterIP, ports: [{ name: "postgres", port: 5432 }] };
  return readObject("service", `shop/${name}`, { metadata: metadata(name), spec });
}

function slice(name: string, ...ips: readonly string[]): ObjectChange {
  const labels = { "kubernetes.io/service-name": name };
  return readObject("slice", `shop/${name}-a`, {
    metadata: { ...metadata(`${name}-a`), labels },
    addressType: "IPv4",
    ports: [{ name: "postgres", port: 5432 }],
    endpoints: ips.map((ip) => ({ addresses: [ip] })),
  });
}

function route(blue: number, green: number): ObjectChange {
  const backendRefs = [
    { name: "blue", port: 5432, weight: blue },
    { name: "green", port: 5432, weight: green },
  ];
  const spec = { parentRefs: [{ group: "", kind: "Service", name: "db" }], rules: [{ backendRefs }] };
  return readObject("tcpRoute", "shop/db", { metadata: metadata("db"), spec });
}

describe("a TCPRoute", () => {
  const client = proxy();
  let mesh: MeshModel;
  let source: MeshResources;
  let told: ResourceChange[];

  const namesTold = (type: TypeUrl): readonly string[] => told.flatMap(({ shared }) => [...(shared.get(type) ?? [])]);
  const apply = (...changes: readonly ObjectChange[]): void => {
    told = [];
    source.meshChanged(mesh.apply(changes));
  };
  /** The version of the cluster, and the weights of its endpoints by their IPs. */
  const seen = (): { readonly version: string; readonly weights: Readonly<Record<string, number>> } => {
    const resource = resourceOf(source, client, typeUrls.cluster, cluster);
    assert.ok(resource);
    const [name = ""] = textsUnder("service_name", shown("cluster", resource));
    const endpoints = resourceOf(source, client, typeUrls.endpoints, name);
    assert.ok(endpoints);
    const { endpoints: localities = [] } = shown("endpoints", endpoints) as {
      readonly endpoints?: readonly { readonly load_balancing_weight?: number; readonly lb_endpoints: unknown }[];
    };
    const weights = localities.map(({ load_balancing_weight = 0, lb_endpoints }) => [
      textsUnder("address", lb_endpoints).join(" "),
      load_balancing_weight,
    ]);
    return { version: resource.version, weights: Object.fromEntries(weights) as Readonly<Record<string, number>> };
  };

  beforeEach(() => {
    mesh = createMeshModel({ trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] });
    const secrets = { certificate: () => undefined, trustBundle: () => "" };
    source = createResourceSource({ mesh, secrets, settings: defaultTranslationSettings, onFault: failOnFault });
    source.subscribe((change) => told.push(change));
    apply(service("db", "10.96.0.1"), service("blue", "10.96.0.2"), service("green", "10.96.0.3"));
    apply(slice("db", "10.0.0.9"), slice("blue", "10.0.0.1", "10.0.0.2"), slice("green", "10.0.0.3"));
    apply(route(75, 25));
  });

  test("shares out the connections, whatever the number of endpoints", () => {
    assert.deepEqual(seen().weights, { "10.0.0.1 10.0.0.2": 12_000_000, "10.0.0.3": 4_000_000 });
  });

  test("of which the weights change changes endpoints, and no cluster or listener", () => {
    const { version } = seen();
    apply(route(0, 1));
    assert.deepEqual(seen(), { version, weights: { "10.0.0.3": 16_000_000 } });
    assert.deepEqual(namesTold(typeUrls.cluster), []);
    assert.deepEqual(
      namesTold(typeUrls.endpoints).map((name) => name.startsWith(cluster)),
      [true],
    );
    assert.deepEqual(
      told.map(({ proxies }) => proxies),
      [new Set()],
    );
  });

  test("follows the endpoints of its backends, and refuses the share of one that has none", () => {
    seen();
    apply(slice("green", "10.0.0.3", "10.0.0.4"));
    assert.equal(seen().weights["10.0.0.3 10.0.0.4"], 4_000_000);
    apply(slice("green"));
    assert.deepEqual(seen().weights, { "10.0.0.1 10.0.0.2": 12_000_000, "127.0.0.1": 4_000_000 });
  });

  test("leaves the connections to the Service when it goes", () => {
    seen();
    apply({ kind: "tcpRoute", key: "shop/db", object: undefined, problems: [] });
    assert.ok(namesTold(typeUrls.cluster).includes(cluster));
    assert.deepEqual(seen().weights, { "10.0.0.9": 0 });
  });
});
