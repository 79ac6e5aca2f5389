/**
 * From Kubernetes objects to what a sidecar is sent: where a client is may become known later than anything else of it.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ResourceChange } from "../../../../src/control-plane/ads/resource-source.ts";
import { typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import { readObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import type { ObjectChange } from "../../../../src/control-plane/model/cluster-object.ts";
import { createMeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import { createResourceSource } from "../../../../src/control-plane/xds/resource-source.ts";
import { defaultTranslationSettings } from "../../../../src/control-plane/xds/translation-settings.ts";
import { proxy } from "../../../mesh/sample-mesh.ts";
import { failOnFault, resourceOf, shown, textsUnder } from "../../../mesh/translate.ts";

const metadata = (name: string): { readonly name: string; readonly namespace: string } => ({ name, namespace: "shop" });

function node(zone: string): ObjectChange {
  return readObject("node", "n1", { metadata: { name: "n1", labels: { "topology.kubernetes.io/zone": zone } } });
}

function pod(nodeName: string | undefined): ObjectChange {
  const spec = { serviceAccountName: "web", ...(nodeName !== undefined && { nodeName }) };
  return readObject("pod", "shop/web-1", { metadata: metadata("web-1"), spec, status: { podIP: "10.0.0.9" } });
}

function serviceWith(hints: readonly (string | undefined)[]): readonly ObjectChange[] {
  const spec = { clusterIP: "10.96.0.1", ports: [{ name: "http", port: 80 }] };
  const labels = { "kubernetes.io/service-name": "cart" };
  const endpoints = hints.map((zone, index) => ({
    addresses: [`10.0.0.${index + 1}`],
    ...(zone !== undefined && { hints: { forZones: [{ name: zone }] } }),
  }));
  const ports = [{ name: "http", port: 80 }];
  return [
    readObject("service", "shop/cart", { metadata: metadata("cart"), spec }),
    readObject("slice", "shop/cart-a", {
      metadata: { ...metadata("cart-a"), labels },
      addressType: "IPv4",
      ports,
      endpoints,
    }),
  ];
}

describe("a client's place", () => {
  const mesh = createMeshModel({ trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] });
  const secrets = { certificate: () => undefined, trustBundle: () => "" };
  const source = createResourceSource({ mesh, secrets, settings: defaultTranslationSettings, onFault: failOnFault });
  const told: ResourceChange[] = [];
  source.subscribe((change) => told.push(change));
  const client = proxy();

  /** @returns whether the client's stream is told to look at everything, or at its endpoints */
  const apply = (
    ...changes: readonly ObjectChange[]
  ): { readonly everything: boolean; readonly endpoints: boolean } => {
    told.length = 0;
    source.meshChanged(mesh.apply(changes));
    return {
      everything: told.some(({ proxies }) => proxies === "all" || proxies.has(client.pod)),
      endpoints: told.some(({ shared }) => (shared.get(typeUrls.endpoints)?.size ?? 0) > 0),
    };
  };
  const used = (): readonly string[] => {
    const cluster = resourceOf(source, client, typeUrls.cluster, "http|10.96.0.1:80");
    assert.ok(cluster);
    const [name = ""] = textsUnder("service_name", shown("cluster", cluster));
    const endpoints = resourceOf(source, client, typeUrls.endpoints, name);
    assert.ok(endpoints);
    return textsUnder("address", shown("endpoints", endpoints));
  };

  test("is nowhere at first, and then wherever its node turns out to be", () => {
    apply(...serviceWith(["a", "b"]));
    assert.deepEqual(used(), ["10.0.0.1", "10.0.0.2"]);
    apply(pod(undefined));
    assert.deepEqual(used(), ["10.0.0.1", "10.0.0.2"]);
    assert.ok(apply(pod("n1")).everything);
    assert.deepEqual(used(), ["10.0.0.1", "10.0.0.2"]);
    assert.ok(apply(node("b")).everything);
    assert.deepEqual(used(), ["10.0.0.2"]);
    assert.ok(apply(node("a")).everything);
    assert.deepEqual(used(), ["10.0.0.1"]);
  });

  test("no longer matters, and matters again, as hints go and come", () => {
    const gone = apply(...serviceWith(["a", undefined]));
    assert.deepEqual(gone, { everything: false, endpoints: true });
    assert.deepEqual(used(), ["10.0.0.1", "10.0.0.2"]);
    const back = apply(...serviceWith(["b", "a"]));
    assert.deepEqual(back, { everything: false, endpoints: true });
    assert.deepEqual(used(), ["10.0.0.2"]);
  });
});
