/** From routes and Services as objects to what clients of a namespace see, and to what a sidecar is told of. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import { readObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import type { ObjectChange } from "../../../../src/control-plane/model/cluster-object.ts";
import { removedObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import type { MeshChange } from "../../../../src/control-plane/model/mesh.ts";
import type { MeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import { createMeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import type { RouteRule } from "../../../../src/control-plane/model/route.ts";
import { routeKey } from "../../../../src/control-plane/model/routes/route-key.ts";
import { namespacedName } from "../../../../src/control-plane/model/workload.ts";
import type { MeshResources } from "../../../../src/control-plane/xds/resource-source.ts";
import { createResourceSource } from "../../../../src/control-plane/xds/resource-source.ts";
import { defaultTranslationSettings } from "../../../../src/control-plane/xds/translation-settings.ts";
import { proxy } from "../../../mesh/sample-mesh.ts";
import { failOnFault, resourceOf } from "../../../mesh/translate.ts";

function service(name: string, clusterIP: string): ObjectChange {
  const spec = { clusterIP, selector: { app: name }, ports: [{ name: "http", port: 80 }] };
  return readObject("service", `shop/${name}`, { metadata: { name, namespace: "shop" }, spec });
}

interface Said {
  readonly namespace?: string;
  readonly name?: string;
  readonly parent?: string;
  readonly path?: string;
  readonly more?: object;
  readonly backends?: readonly object[];
}

/** A route whose parent and backends are Services of `shop`. */
function route({ namespace = "shop", name = "web", parent = "web", path = "/", more, backends }: Said): ObjectChange {
  const matches = [{ path: { value: path } }];
  const backendRefs = (backends ?? [{ name: "cart" }]).map((one) => ({ namespace: "shop", port: 80, ...one }));
  return readObject("httpRoute", `${namespace}/${name}`, {
    metadata: { name, namespace, generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: {
      parentRefs: [{ group: "", kind: "Service", namespace: "shop", name: parent }],
      rules: [{ matches, backendRefs, ...more }],
    },
  });
}

describe("routed ports", () => {
  let mesh: MeshModel;
  let source: MeshResources;

  beforeEach(() => {
    mesh = createMeshModel({ trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] });
    source = createResourceSource({
      mesh,
      secrets: { certificate: () => undefined, trustBundle: () => "" },
      settings: defaultTranslationSettings,
      onFault: failOnFault,
    });
    mesh.apply([service("web", "10.96.0.1"), service("cart", "10.96.0.2"), service("heads", "None")]);
  });

  function rules(namespace = "shop"): readonly RouteRule[] {
    return mesh.routedPorts(namespace).flatMap((port) => port.rules);
  }

  function verdictOf(name: string): readonly string[] {
    const verdict = mesh.routeVerdict(routeKey("HTTPRoute", namespacedName("shop", name))) ?? [];
    return verdict.flatMap(({ accepted, resolvedRefs }) => [accepted.reason, resolvedRefs?.reason ?? "-"]);
  }

  describe("whom a change concerns", () => {
    const cases: readonly {
      readonly name: string;
      readonly before?: readonly ObjectChange[];
      readonly change: ObjectChange;
      readonly routes: MeshChange["routes"];
    }[] = [
      { name: "a route of the Service's namespace: everybody", change: route({}), routes: "all" },
      { name: "a route of another: its clients", change: route({ namespace: "bank" }), routes: new Set(["bank"]) },
      { name: "the same again: nobody", before: [route({})], change: route({}), routes: new Set() },
      {
        name: "one that goes: everybody",
        before: [route({})],
        change: removedObject("httpRoute", "shop/web"),
        routes: "all",
      },
      { name: "one of nothing: nobody", change: route({ parent: "gone" }), routes: new Set() },
      {
        name: "a backend that comes, to where only one namespace's routes lead",
        before: [route({ namespace: "bank", backends: [{ name: "new" }] })],
        change: service("new", "10.96.0.3"),
        routes: new Set(["bank"]),
      },
      {
        name: "a Service of no route: nobody",
        before: [route({})],
        change: service("new", "10.96.0.3"),
        routes: new Set(),
      },
    ];
    for (const { name, before = [], change, routes } of cases) {
      test(name, () => {
        mesh.apply(before);
        assert.deepEqual(mesh.apply([change]).routes, routes);
      });
    }
  });

  test("a headless Service is a backend by its name, and no parent", () => {
    mesh.apply([route({ backends: [{ name: "heads" }] }), route({ name: "of-heads", parent: "heads" })]);
    assert.deepEqual(
      rules().map(({ action }) => action),
      [
        {
          kind: "forward",
          backends: [
            {
              weight: 1,
              target: { namespace: "shop", service: "heads", port: 80, destination: "shop/heads:80" },
              request: undefined,
              response: undefined,
            },
          ],
        },
      ],
    );
    assert.equal(mesh.destination("shop/heads:80").kind, "service");
    assert.deepEqual(verdictOf("web"), ["Accepted", "ResolvedRefs"]);
    assert.deepEqual(verdictOf("of-heads"), ["NoMatchingParent", "ResolvedRefs"]);
    // Once it has an IP, it is one.
    mesh.apply([service("heads", "10.96.0.9")]);
    assert.deepEqual(verdictOf("of-heads"), ["Accepted", "ResolvedRefs"]);
  });

  test("a backend without weight is there for sessions only", () => {
    const backends = [{ name: "cart" }, { name: "heads", weight: 0 }];
    const weights = (): readonly (readonly number[])[] =>
      rules().map(({ action }) => (action.kind === "forward" ? action.backends.map(({ weight }) => weight) : []));
    mesh.apply([route({ backends })]);
    assert.deepEqual(weights(), [[1]]);
    mesh.apply([route({ backends, more: { sessionPersistence: {} } })]);
    assert.deepEqual(weights(), [[1, 0]]);
  });

  describe("their table", () => {
    const tableOf = (namespace: string): ReturnType<typeof resourceOf> =>
      resourceOf(source, proxy({ namespace, pod: namespacedName(namespace, "a") }), typeUrls.route, "outbound");
    const apply = (...changes: readonly ObjectChange[]): void => {
      source.meshChanged(mesh.apply(changes));
    };

    test("is one object for all namespaces that have no routes of their own", () => {
      apply(route({}));
      assert.equal(tableOf("shop"), tableOf("bank"));
      apply(route({ namespace: "bank" }));
      assert.notEqual(tableOf("bank")?.version, tableOf("shop")?.version);
      assert.equal(tableOf("shop"), tableOf("elsewhere"));
      apply(removedObject("httpRoute", "bank/web"));
      assert.equal(tableOf("bank"), tableOf("shop"));
    });

    test("is made once, and stays the same object while others' routes change", () => {
      apply(route({}));
      const before = tableOf("shop");
      apply(route({ namespace: "bank" }), service("new", "10.96.0.3"));
      assert.equal(tableOf("shop"), before);
      apply(route({ path: "/other" }));
      assert.notEqual(tableOf("shop")?.version, before?.version);
      apply(route({}));
      assert.deepEqual(tableOf("shop"), before);
    });
  });
});
