import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Endpoint, EndpointHints, ServiceDestination } from "../../../../src/control-plane/model/destination.ts";
import { noHints } from "../../../../src/control-plane/model/destination.ts";
import { chooseView, priorityGroups } from "../../../../src/control-plane/model/endpoint-choice.ts";
import type { LocalityPreference } from "../../../../src/control-plane/model/locality-preference.ts";
import { service, workload } from "../../../mesh/sample-mesh.ts";

function at(ip: string, zone: string, node: string, more: Partial<Endpoint> = {}): Endpoint {
  return { ip, port: 80, identity: undefined, zone, node, draining: false, hints: noHints, ...more };
}

function zones(...names: string[]): { readonly hints: EndpointHints } {
  return { hints: { zones: names, nodes: [] } };
}

function ips(
  endpoints: readonly Endpoint[],
  place: { readonly node: string; readonly zone: string },
  more: Partial<ServiceDestination> & { readonly preference?: LocalityPreference } = {},
): readonly string[] {
  const { preference, ...changed } = more;
  return priorityGroups(service({ endpoints, ...changed }), place, preference).map((group) =>
    group.map(({ ip }) => ip).join(" "),
  );
}

const client = { node: "n1", zone: "a" };

describe("which endpoints a client uses", () => {
  test("all that are ready, whatever their zones; those that end where none is ready", () => {
    assert.deepEqual(ips([at("1", "a", "n1"), at("2", "b", "n2"), at("3", "a", "n1", { draining: true })], client), [
      "1 2",
    ]);
    assert.deepEqual(ips([at("3", "a", "n1", { draining: true })], client), ["3"]);
    assert.deepEqual(ips([], client), []);
  });

  test("hints count only if every ready endpoint has one, and one is for the client", () => {
    const hinted = [
      at("1", "b", "n2", zones("a")),
      at("2", "a", "n1", zones("b")),
      at("3", "c", "n3", zones("a", "b")),
    ];
    assert.deepEqual(ips(hinted, client), ["1 3"]);
    assert.deepEqual(ips(hinted, { node: "n9", zone: "c" }), ["1 2 3"]);
    assert.deepEqual(ips(hinted, { node: "n1", zone: "" }), ["1 2 3"]);
    assert.deepEqual(ips([...hinted, at("4", "a", "n1")], client), ["1 2 3 4"]);
    assert.deepEqual(ips([...hinted, at("4", "a", "n1", { draining: true })], client), ["1 3"]);
  });

  test("hints for nodes come before those for zones", () => {
    const both = [
      at("1", "a", "n1", { hints: { zones: ["a"], nodes: ["n1"] } }),
      at("2", "a", "n2", { hints: { zones: ["a"], nodes: ["n2"] } }),
      at("3", "b", "n3", { hints: { zones: ["b"], nodes: ["n3"] } }),
    ];
    assert.deepEqual(ips(both, client), ["1"]);
    assert.deepEqual(ips(both, { node: "n9", zone: "a" }), ["1 2"]);
    assert.deepEqual(ips(both, { node: "n9", zone: "c" }), ["1 2 3"]);
  });

  test("its own node's alone, where that is all that may be reached", () => {
    const endpoints = [at("1", "a", "n1"), at("2", "a", "n2"), at("3", "a", "n3", { draining: true }), at("4", "", "")];
    const reach = "node";
    assert.deepEqual(ips(endpoints, client, { reach }), ["1"]);
    assert.deepEqual(ips(endpoints, { node: "n3", zone: "a" }, { reach }), ["3"]);
    assert.deepEqual(ips(endpoints, { node: "n4", zone: "a" }, { reach }), []);
    assert.deepEqual(ips(endpoints, { node: "", zone: "" }, { reach }), []);
  });

  test("a preference puts the own zone first, then what it fails over to, then the rest, whatever hints say", () => {
    const endpoints = ["a", "b", "c", "d", ""].map((zone, index) => at(zone || "?", zone, `n${index}`, zones("d")));
    const preference: LocalityPreference = { prefer: "zone", failover: [{ from: "a", to: ["c", "z", "b"] }] };
    assert.deepEqual(ips(endpoints, client, { preference }), ["a", "c", "b", "d ?"]);
    assert.deepEqual(ips(endpoints, { node: "n9", zone: "d" }, { preference }), ["d", "a b c ?"]);
    assert.deepEqual(ips(endpoints, { node: "n9", zone: "" }, { preference }), ["a b c d ?"]);
    assert.deepEqual(ips(endpoints, client, { preference: { ...preference, prefer: "none" } }), ["a b c d ?"]);
    assert.deepEqual(ips(endpoints, client, { preference, reach: "node" }), ["b"]);
  });

  test("a pod by its own address is the one endpoint, and an unknown destination has none", () => {
    const address = "10.77.1.3:80";
    const endpoint = at("10.77.1.3", "b", "n2");
    assert.deepEqual(priorityGroups({ kind: "pod", address, workload: workload(), endpoint }, client), [[endpoint]]);
    assert.deepEqual(priorityGroups({ kind: "unknown", address }, client), []);
  });

  test("views of the same key are the same, and no group is empty", () => {
    const place = fc.record({ node: fc.constantFrom("", "n1", "n2"), zone: fc.constantFrom("", "a", "b", "c") });
    const endpoint = fc.record({
      zone: fc.constantFrom("", "a", "b"),
      node: fc.constantFrom("", "n1", "n2"),
      draining: fc.boolean(),
      hints: fc.record({ zones: fc.subarray(["a", "b"]), nodes: fc.subarray(["n1", "n2"]) }),
    });
    const preference: fc.Arbitrary<LocalityPreference | undefined> = fc.option(
      fc.record({
        prefer: fc.constantFrom("zone", "none"),
        failover: fc.constantFrom([], [{ from: "a", to: ["b"] }], [{ from: "c", to: ["b", "a"] }]),
      }),
      { nil: undefined },
    );
    const reach = fc.constantFrom<ServiceDestination["reach"]>("cluster", "node");
    fc.assert(
      fc.property(
        fc.array(endpoint, { maxLength: 4 }),
        reach,
        preference,
        fc.array(place, { minLength: 2, maxLength: 4 }),
        (drawn, ofReach, preferred, places) => {
          const endpoints = drawn.map((fields, index) => at(String(index), fields.zone, fields.node, fields));
          const choose = chooseView(service({ endpoints, reach: ofReach }), preferred);
          const seen = new Map<string, unknown>();
          for (const view of places.map((from) => choose?.(from))) {
            if (view === undefined) continue;
            const groups = view.groups();
            assert.ok(groups.every((group) => group.length > 0));
            if (seen.has(view.key)) assert.deepEqual(groups, seen.get(view.key));
            seen.set(view.key, groups);
          }
        },
      ),
    );
  });
});
