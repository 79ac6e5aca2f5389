/**
 * Held against kube-proxy's own code: `test/judges/endpoint-choice` has drawn these Services and written down what it does.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import { priorityGroups } from "../../../../src/control-plane/model/endpoint-choice.ts";
import type { MeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import { createMeshModel } from "../../../../src/control-plane/model/mesh-model.ts";
import type { Vantage } from "../../../../src/control-plane/model/vantage.ts";
import type { JsonObject } from "../../../../src/json-value.ts";

interface ChosenCase {
  readonly internalTrafficPolicy: string;
  readonly externalTrafficPolicy: string;
  readonly slices: readonly (readonly JsonObject[])[];
  readonly client: Vantage;
  readonly clusterIP: readonly string[];
  readonly externalIP: readonly string[];
}

const file = join(import.meta.dirname, "../../../golden/endpoint-choice/kube-proxy.json");
const cases = JSON.parse(readFileSync(file, "utf8")) as readonly ChosenCase[];

function meshOf({ slices, internalTrafficPolicy, externalTrafficPolicy }: ChosenCase): MeshModel {
  const mesh = createMeshModel({ trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] });
  const metadata = { name: "web", namespace: "shop" };
  const spec = {
    clusterIP: "10.96.0.1",
    externalIPs: ["198.51.100.1"],
    ports: [{ name: "http", port: 80 }],
    internalTrafficPolicy,
    externalTrafficPolicy,
  };
  mesh.apply([
    readObject("service", "shop/web", { metadata, spec }),
    ...slices.map((endpoints, index) =>
      readObject("slice", `shop/web-${index}`, {
        metadata: { name: `web-${index}`, namespace: "shop", labels: { "kubernetes.io/service-name": "web" } },
        addressType: "IPv4",
        ports: [{ name: "http", port: 8080, protocol: "TCP" }],
        endpoints,
      }),
    ),
  ]);
  assert.deepEqual(mesh.problems(), []);
  return mesh;
}

/** By IP, sorted. */
function chosen(mesh: MeshModel, address: string, client: Vantage): readonly string[] {
  const groups = priorityGroups(mesh.destination(address), client);
  assert.ok(groups.length <= 1);
  return groups.flatMap((group) => group.map(({ ip }) => ip)).sort();
}

describe("the endpoints that a client is given are those of kube-proxy", () => {
  test("there are cases of every kind", () => {
    assert.ok(cases.some(({ clusterIP, externalIP }) => clusterIP.length === 0 && externalIP.length > 0));
    assert.ok(cases.some(({ slices, clusterIP }) => clusterIP.length > 0 && clusterIP.length < slices.flat().length));
  });

  for (const [ip, kind] of [
    ["10.96.0.1", "clusterIP"],
    ["198.51.100.1", "externalIP"],
  ] as const) {
    test(`by the ${kind}`, () => {
      for (const each of cases) {
        const context = JSON.stringify(each);
        assert.deepEqual(chosen(meshOf(each), `${ip}:80`, each.client), each[kind].toSorted(), context);
      }
    });
  }
});
