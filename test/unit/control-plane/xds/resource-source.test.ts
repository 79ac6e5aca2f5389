import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ResourceChange } from "../../../../src/control-plane/ads/resource-source.ts";
import { typeUrls } from "../../../../src/control-plane/ads/resource-source.ts";
import type { Endpoint } from "../../../../src/control-plane/model/destination.ts";
import { namespacedName } from "../../../../src/control-plane/model/workload.ts";
import type { WorkloadCertificate } from "../../../../src/control-plane/xds/secrets.ts";
import type { MeshResources } from "../../../../src/control-plane/xds/resource-source.ts";
import { createResourceSource } from "../../../../src/control-plane/xds/resource-source.ts";
import { defaultTranslationSettings } from "../../../../src/control-plane/xds/translation-settings.ts";
import type { MeshStatement } from "../../../mesh/fake-mesh.ts";
import { FakeMesh } from "../../../mesh/fake-mesh.ts";
import { endpoint, proxy, service, workload } from "../../../mesh/sample-mesh.ts";
import { failOnFault, resourceOf, shown, textsUnder, wildcardOf } from "../../../mesh/translate.ts";

const web = workload();
const cart = workload({ name: "cart-1", serviceAccount: "cart", ips: ["10.77.1.9"] });
const address = "10.96.0.10:80";
const statement: MeshStatement = {
  services: [service({ address, endpoints: [endpoint(cart, 8080)] })],
  workloads: [web, cart],
  inspectedPorts: [80],
  opaqueAddresses: [],
};

interface World {
  readonly mesh: FakeMesh;
  readonly source: MeshResources;
  readonly changes: ResourceChange[];
  readonly certificates: Map<string, WorkloadCertificate>;
}

function world(): World {
  const mesh = new FakeMesh(statement);
  const certificates = new Map<string, WorkloadCertificate>();
  const source = createResourceSource({
    mesh,
    secrets: { certificate: (identity) => certificates.get(identity), trustBundle: () => "roots" },
    settings: defaultTranslationSettings,
    onFault: failOnFault,
  });
  const changes: ResourceChange[] = [];
  source.subscribe((change) => changes.push(change));
  return { mesh, source, changes, certificates };
}

/** The name by which the present cluster asks for its endpoints. */
function endpointsName(source: MeshResources): string {
  const cluster = resourceOf(source, proxy(), typeUrls.cluster, `http|${address}`);
  assert.ok(cluster !== undefined);
  const [name = ""] = textsUnder("service_name", shown("cluster", cluster));
  return name;
}

describe("the source of resources", () => {
  test("a change of endpoints changes the endpoints and nothing else", () => {
    const { mesh, source, changes } = world();
    const name = endpointsName(source);
    const before = resourceOf(source, proxy(), typeUrls.endpoints, name);
    const two = { ...endpoint(cart, 8080), ip: "10.77.1.10" };
    const services = [service({ address, endpoints: [endpoint(cart, 8080), two] })];
    source.meshChanged(mesh.replace({ ...statement, services }));
    assert.equal(endpointsName(source), name);
    assert.notEqual(resourceOf(source, proxy(), typeUrls.endpoints, name)?.version, before?.version);
    assert.equal(changes.length, 1);
    const [change] = changes;
    assert.ok(change);
    assert.deepEqual(change.shared.get(typeUrls.endpoints), new Set([name]));
    assert.deepEqual(change.shared.get(typeUrls.cluster), new Set());
    assert.deepEqual(change.proxies, new Set());
  });

  test("a redefined cluster asks for its endpoints by another name", () => {
    const { mesh, source } = world();
    const name = endpointsName(source);
    const services = [service({ address, endpoints: [{ ...endpoint(cart, 8080), identity: undefined }] })];
    source.meshChanged(mesh.replace({ ...statement, services }));
    assert.notEqual(endpointsName(source), name);
  });

  test("a certificate is there once it is made, and those who bear it are told", () => {
    const { source, changes, certificates } = world();
    const { identity, pod } = proxy();
    assert.equal(resourceOf(source, proxy(), typeUrls.secret, "workload"), undefined);
    certificates.set(identity, { certificateChain: "chain", privateKey: "key" });
    source.secretsChanged(new Set([identity, "spiffe://cluster.local/ns/shop/sa/nobody"]));
    assert.deepEqual(changes, [{ shared: new Map(), proxies: new Set([pod]) }]);
    assert.notEqual(resourceOf(source, proxy(), typeUrls.secret, "workload"), undefined);
    source.secretsChanged("all");
    assert.equal(changes.at(-1)?.proxies, "all");
  });

  test("a proxy is forgotten with its pod", () => {
    const { mesh, source, changes } = world();
    wildcardOf(source, proxy(), typeUrls.cluster);
    source.meshChanged(mesh.replace({ ...statement, workloads: [cart] }));
    source.secretsChanged(new Set([proxy().identity]));
    assert.deepEqual(changes.at(-1)?.proxies, new Set());
  });

  test("where it matters where a client is, clients at one place have the same endpoints, and others have others", () => {
    const { mesh, source } = world();
    const hinted = (ip: string, zone: string): Endpoint => ({
      ...endpoint(cart, 8080),
      ip,
      hints: { zones: [zone], nodes: [] },
    });
    const services = [service({ address, endpoints: [hinted("10.77.1.9", "a"), hinted("10.77.1.10", "b")] })];
    const pods = ["a", "a", "b", "c"].map((zone, index) => workload({ name: `web-${index}`, node: `n${index}`, zone }));
    const sidecars = pods.map(({ name }) => proxy({ pod: namespacedName("shop", name) }));
    source.meshChanged(mesh.replace({ ...statement, services, workloads: pods }));
    const name = endpointsName(source);
    const [first, second, third, fourth] = sidecars.map((sidecar) =>
      resourceOf(source, sidecar, typeUrls.endpoints, name),
    );
    assert.ok(first && third && fourth);
    assert.equal(second, first);
    assert.deepEqual(textsUnder("address", shown("endpoints", first)), ["10.77.1.9"]);
    assert.deepEqual(textsUnder("address", shown("endpoints", third)), ["10.77.1.10"]);
    assert.deepEqual(textsUnder("address", shown("endpoints", fourth)), ["10.77.1.9", "10.77.1.10"]);
  });

  test("a client whose place becomes known later is told, and nobody else", () => {
    const { mesh, source, changes } = world();
    const near = { ...endpoint(cart, 8080), node: "node-1" };
    const services = [service({ address, reach: "node", endpoints: [near] })];
    const other = workload({ name: "other", ips: ["10.77.1.3"] });
    source.meshChanged(mesh.replace({ ...statement, services, workloads: [other] }));
    const name = endpointsName(source);
    const before = resourceOf(source, proxy(), typeUrls.endpoints, name);
    assert.ok(before);
    assert.deepEqual(textsUnder("address", shown("endpoints", before)), []);
    changes.length = 0;
    source.meshChanged(mesh.replace({ ...statement, services, workloads: [other, web] }));
    assert.deepEqual(
      changes.map(({ proxies }) => proxies),
      [new Set([proxy().pod])],
    );
    const after = resourceOf(source, proxy(), typeUrls.endpoints, name);
    assert.ok(after);
    assert.deepEqual(textsUnder("address", shown("endpoints", after)), [near.ip]);
  });

  test("names that mean nothing have no resource", () => {
    const { source } = world();
    const nothing = [
      [typeUrls.cluster, "http|nowhere"],
      [typeUrls.cluster, "udp|10.96.0.10:80"],
      [typeUrls.endpoints, `http|${address}`],
      [typeUrls.listener, "outbound-81"],
      [typeUrls.listener, "opaque-10.96.0.10:80"],
      [typeUrls.listener, "admin"],
      [typeUrls.route, "other"],
      [typeUrls.secret, "other"],
    ] as const;
    for (const [type, name] of nothing) assert.equal(resourceOf(source, proxy(), type, name), undefined, name);
  });

  test("whoever stops listening hears nothing more", () => {
    const { mesh, source } = world();
    let heard = 0;
    const stop = source.subscribe(() => (heard += 1));
    stop();
    source.meshChanged(mesh.replace({ ...statement, services: [] }));
    assert.equal(heard, 0);
  });

  test("only so many of the own namespace's Services come without asking", () => {
    const services = Array.from({ length: 50 }, (_, index) => service({ address: `10.96.1.${index + 1}:80` }));
    const { mesh, source } = world();
    source.meshChanged(mesh.replace({ ...statement, services }));
    // Two more: `inbound` and `passthrough`.
    assert.equal(wildcardOf(source, proxy(), typeUrls.cluster).length, 34);
  });

  test("a Service on one of the sidecar's own ports gets no listener that would clash with the sidecar's", () => {
    const { mesh, source } = world();
    source.meshChanged(mesh.replace({ ...statement, inspectedPorts: [80, 15001, 15006, 15021] }));
    assert.deepEqual(wildcardOf(source, proxy(), typeUrls.listener), [
      "inbound",
      "outbound",
      "outbound-80",
      "requests",
    ]);
    assert.equal(resourceOf(source, proxy(), typeUrls.listener, "outbound-15001"), undefined);
  });

  test("a sidecar of an older injector, without internal listeners, is told of none", () => {
    const { source } = world();
    const older = proxy({ internalListeners: false });
    assert.ok(!wildcardOf(source, older, typeUrls.listener).includes("requests"));
    assert.equal(resourceOf(source, older, typeUrls.listener, "requests"), undefined);
    const names = (one: ReturnType<typeof proxy>): boolean =>
      Buffer.from(resourceOf(source, one, typeUrls.listener, "outbound-80")?.body ?? "").includes("undetected|");
    assert.ok(names(proxy()));
    assert.ok(!names(older));
  });
});
