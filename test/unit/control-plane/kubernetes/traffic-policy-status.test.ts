/** What the writer of a TrafficPolicy is told at each of its targets. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { readObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import { ancestorStatus } from "../../../../src/control-plane/kubernetes/status/ancestor-status.ts";
import { policyVerdict } from "../../../../src/control-plane/kubernetes/status/policy-status.ts";
import type { ObjectKind } from "../../../../src/control-plane/model/cluster-object.ts";
import type { MeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import { createMeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import type { JsonObject } from "../../../../src/json-value.ts";
import { trafficPolicy } from "../../../traffic-policy/objects.ts";

const kinds: Readonly<Record<string, ObjectKind>> = {
  Service: "service",
  HTTPRoute: "httpRoute",
  TrafficPolicy: "trafficPolicy",
};

const cluster = `
kind: Service
metadata: { name: cart, namespace: shop }
spec: { clusterIP: 10.96.0.1, ports: [{ name: http, port: 80 }, { name: admin, port: 90 }] }
---
kind: Service
metadata: { name: headless, namespace: shop }
spec: { clusterIP: None, ports: [{ name: http, port: 80 }] }
---
kind: Service
metadata: { name: external, namespace: shop }
spec: { type: ExternalName, externalName: example.org, ports: [{ name: http, port: 80 }] }
---
kind: Service
metadata: { name: mixed, namespace: shop }
spec: { clusterIP: 10.96.0.2, ports: [{ name: http, port: 80 }, { name: data, port: 5432, appProtocol: tcp }] }
---
kind: HTTPRoute
metadata: { name: gateway, namespace: shop }
spec: { parentRefs: [{ name: public }], rules: [{ backendRefs: [{ name: cart, port: 80 }] }] }
---
kind: HTTPRoute
metadata: { name: cart, namespace: shop }
spec:
  parentRefs: [{ group: "", kind: Service, name: cart }]
  rules: [{ name: first, backendRefs: [{ name: cart, port: 80 }] }]
`;

interface PolicyObject {
  readonly name: string;
  readonly createdAt?: string;
  readonly spec: JsonObject;
}

function meshWith(policies: readonly PolicyObject[]): MeshModel {
  const mesh = createMeshModel({ trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] });
  const objects = parseAllDocuments(cluster).map((document) => document.toJS() as JsonObject);
  const written = policies.map(({ name, createdAt = "2026-01-01T00:00:00Z", spec }): JsonObject => {
    const object = trafficPolicy(name, "shop", spec) as { readonly metadata: JsonObject };
    return { ...object, metadata: { ...object.metadata, creationTimestamp: createdAt } };
  });
  mesh.apply(
    [...objects, ...written].map((object) => {
      const { name } = object["metadata"] as { readonly name: string };
      return readObject(kinds[String(object["kind"])] ?? assert.fail(), `shop/${name}`, object);
    }),
  );
  return mesh;
}

interface Ancestor {
  readonly ancestorRef: JsonObject;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly observedGeneration: number;
  }[];
}

/** The entries of a policy's status. */
function ancestorsOf(mesh: MeshModel, name: string): readonly Ancestor[] {
  const targets = mesh.trafficPolicyVerdict(`shop/${name}`) ?? assert.fail();
  const status = ancestorStatus.written(undefined, policyVerdict(3, "shop", targets), 0);
  return status["ancestors"] as readonly Ancestor[];
}

/** `True Accepted, True Programmed` for each target. */
function told(mesh: MeshModel, name: string): readonly string[] {
  return ancestorsOf(mesh, name).map(({ conditions }) =>
    conditions.map(({ status, reason }) => `${status} ${reason}`).join(", "),
  );
}

function messages(mesh: MeshModel, name: string): string {
  return ancestorsOf(mesh, name)
    .flatMap(({ conditions }) => conditions.map(({ message }) => message))
    .join("\n");
}

const service = { kind: "Service", name: "cart" };
const route = { group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "cart" };
const timeouts = { request: "1s" };
const retryBudget = { percent: 10 };

describe("the status of a TrafficPolicy", () => {
  test("says of each target that it applies", () => {
    const targetRefs = [service, route, { ...route, sectionName: "first" }];
    const mesh = meshWith([{ name: "one", spec: { targetRefs, timeouts } }]);
    assert.deepEqual(told(mesh, "one"), Array(3).fill("True Accepted, True Programmed"));
    assert.deepEqual(
      ancestorsOf(mesh, "one").map(({ ancestorRef }) => ancestorRef),
      [
        { group: "", kind: "Service", namespace: "shop", name: "cart" },
        { ...route, namespace: "shop" },
        { ...route, namespace: "shop", sectionName: "first" },
      ],
    );
    assert.equal(ancestorsOf(mesh, "one")[0]?.conditions[0]?.observedGeneration, 3);
  });

  test("says what is not there: an object, a port, a rule", () => {
    const targetRefs = [
      { ...service, name: "card" },
      { ...service, sectionName: "htp" },
      { ...route, sectionName: "second" },
      { ...route, kind: "GRPCRoute" },
    ];
    const mesh = meshWith([{ name: "one", spec: { targetRefs, timeouts } }]);
    assert.deepEqual(told(mesh, "one"), Array(4).fill("False TargetNotFound"));
    const text = messages(mesh, "one");
    assert.match(text, /^spec.targetRefs\[0\]: there is no Service card in the namespace shop/m);
    assert.match(text, /^spec.targetRefs\[1\].sectionName: Service cart has no port of the name htp; .*http, admin$/m);
    assert.match(text, /^spec.targetRefs\[2\].sectionName: HTTPRoute cart has no rule .*write one of: first$/m);
    assert.match(text, /^spec.targetRefs\[3\]: there is no GRPCRoute cart/m);
  });

  test("says where an older one applies; the rest of it does", () => {
    const older = { name: "older", spec: { targetRefs: [service], timeouts } };
    const spec = { targetRefs: [service, route], retries: {} };
    const mesh = meshWith([older, { name: "younger", createdAt: "2026-01-02T00:00:00Z", spec }]);
    assert.deepEqual(told(mesh, "older"), ["True Accepted, True Programmed"]);
    assert.deepEqual(told(mesh, "younger"), ["False Conflicted", "True Accepted, True Programmed"]);
    assert.match(messages(mesh, "younger"), /the older TrafficPolicy older has the same target, Service cart/);
  });

  test("says what makes no sense, at each target, and leaves the target to others", () => {
    const spec = { targetRefs: [service, route], timeouts: { request: "soon" } };
    const mesh = meshWith([
      { name: "senseless", spec },
      { name: "younger", createdAt: "2026-01-02T00:00:00Z", spec: { targetRefs: [service], timeouts } },
    ]);
    assert.deepEqual(told(mesh, "senseless"), ["False Invalid", "False Invalid"]);
    assert.match(messages(mesh, "senseless"), /spec.timeouts.request: "soon" is not a duration/);
    assert.deepEqual(told(mesh, "younger"), ["True Accepted, True Programmed"]);
  });

  test("says what is in vain because of what the target is", () => {
    const [named, gateway] = [(name: string): JsonObject => ({ kind: "Service", name }), { ...route, name: "gateway" }];
    const connectionPool = { connectTimeout: "1s" };
    const rateLimit = { requests: 1, per: "second" };
    const mesh = meshWith([
      { name: "headless", spec: { targetRefs: [named("headless")], timeouts, rateLimit } },
      { name: "external", spec: { targetRefs: [named("external")], connectionPool } },
      { name: "mixed", spec: { targetRefs: [named("mixed")], timeouts } },
      { name: "bytes", spec: { targetRefs: [{ ...named("mixed"), sectionName: "data" }], timeouts, rateLimit } },
      { name: "elsewhere", spec: { targetRefs: [gateway], timeouts } },
    ]);
    assert.deepEqual(told(mesh, "headless"), ["True Accepted, True PartiallyProgrammed"]);
    assert.match(
      messages(mesh, "headless"),
      /timeouts without effect for port http: .* its clients connect to its pods/,
    );
    assert.deepEqual(told(mesh, "external"), ["True Accepted, False NoEffect"]);
    assert.deepEqual(told(mesh, "mixed"), ["True Accepted, True PartiallyProgrammed"]);
    assert.match(messages(mesh, "mixed"), /timeouts without effect for port data: the port takes plain TCP/);
    assert.deepEqual(told(mesh, "bytes"), ["True Accepted, False NoEffect"]);
    assert.deepEqual(told(mesh, "elsewhere"), ["True Accepted, False NoEffect"]);
    assert.match(messages(mesh, "elsewhere"), /timeouts without effect for a rule: the route applies to no Service/);
  });

  test("says where more specific ones decide", () => {
    const whole = { name: "whole", spec: { targetRefs: [service], timeouts, retryBudget } };
    const port = (name: string, sectionName: string, groups: JsonObject): PolicyObject => ({
      name,
      spec: { targetRefs: [{ ...service, sectionName }], ...groups },
    });
    const some = meshWith([whole, port("part", "http", { timeouts })]);
    assert.deepEqual(told(some, "whole"), ["True Accepted, True PartiallyProgrammed"]);
    assert.match(messages(some, "whole"), /timeouts without effect for port http: part is more specific/);
    const all = meshWith([
      whole,
      port("one", "http", { timeouts, retryBudget }),
      port("two", "admin", { timeouts, retryBudget }),
    ]);
    assert.deepEqual(told(all, "whole"), ["True Accepted, False Overridden"]);
    assert.deepEqual(told(all, "one"), ["True Accepted, True Programmed"]);
  });
});
