/** What the mesh model promises, whatever the cluster does and in whatever order the news of it comes. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { ObjectChange } from "../../../src/control-plane/model/cluster-object.ts";
import type { MeshChange } from "../../../src/control-plane/model/mesh.ts";
import { mayDiffer } from "../../../src/control-plane/model/mesh.ts";
import type { MeshModel } from "../../../src/control-plane/model/mesh-model.ts";
import { objectKinds, splitRouteKey } from "../../../src/control-plane/model/routes/route-key.ts";
import type { ObjectProblems } from "../../../src/control-plane/model/problem-book.ts";
import { createMeshModel } from "../../../src/control-plane/model/mesh-model.ts";
import { namespaces } from "./arbitrary-names.ts";
import { addresses, anyChange, anyChangeOfRoutes } from "./arbitrary-objects.ts";
import { answersOf, definitionOf, emptyMesh, emptySettings, podNames, routeNames } from "./mesh-snapshot.ts";

const history = fc.oneof(
  fc.array(anyChange, { minLength: 1, maxLength: 25 }),
  fc.array(anyChangeOfRoutes, { minLength: 20, maxLength: 45, size: "max" }),
);
/** Where a history is cut into batches. */
const cuts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 25 });

function split(changes: readonly ObjectChange[], sizes: readonly number[]): readonly (readonly ObjectChange[])[] {
  const batches: (readonly ObjectChange[])[] = [];
  for (let from = 0, turn = 0; from < changes.length; turn += 1) {
    const to = from + (sizes[turn % sizes.length] ?? 1);
    batches.push(changes.slice(from, to));
    from = to;
  }
  return batches;
}

/** What is left of a history: the last state of each object. */
function finalChanges(changes: readonly ObjectChange[]): readonly ObjectChange[] {
  return [...new Map(changes.map((change) => [`${change.kind} ${change.key}`, change])).values()];
}

function built(batches: readonly (readonly ObjectChange[])[]): MeshModel {
  const mesh = emptyMesh();
  for (const batch of batches) mesh.apply(batch);
  return mesh;
}

suite("mesh model", () => {
  test("is what the objects are, however they came", () => {
    fc.assert(
      fc.property(history, cuts, (changes, sizes) => {
        const sorted = finalChanges(changes).toSorted((one, other) =>
          `${one.kind} ${one.key}` < `${other.kind} ${other.key}` ? -1 : 1,
        );
        assert.deepEqual(answersOf(built(split(changes, sizes))), answersOf(built([sorted])));
      }),
      { numRuns: 300 },
    );
  });

  test("is the same for any order and any batches of the same objects", () => {
    fc.assert(
      fc.property(
        history.map(finalChanges).chain((changes) => fc.tuple(fc.constant(changes), permutationOf(changes))),
        cuts,
        ([changes, shuffled], sizes) => {
          assert.deepEqual(answersOf(built(split(shuffled, sizes))), answersOf(built([changes])));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("names everything that a change has changed", () => {
    fc.assert(
      fc.property(history, cuts, (changes, sizes) => {
        const mesh = emptyMesh();
        for (const batch of split(changes, sizes)) {
          const before = answersOf(mesh);
          const change = mesh.apply(batch);
          const after = answersOf(mesh);
          for (const [index, address] of addresses.entries()) {
            const [was, is] = [before.destinations[index], after.destinations[index]];
            assert.ok(was && is);
            if (isDeepStrictEqual(was, is)) continue;
            assert.ok(mayDiffer(change, address), `${address} differs and is not named`);
            if (isDeepStrictEqual(definitionOf(was), definitionOf(is))) continue;
            const { redefined, ips } = change;
            assert.ok(mayDiffer({ addresses: redefined, ips }, address), `${address} is another one and not named so`);
          }
          for (const address of change.redefined) assert.ok(change.addresses.has(address));
          for (const [index, pod] of podNames.entries()) {
            const [was, is] = [before, after].map(({ workloads, limits }) => [workloads[index], limits[index]]);
            if (!isDeepStrictEqual(was, is)) assert.ok(change.workloads.has(pod));
          }
          if (!isDeepStrictEqual(before.ports, after.ports)) assert.ok(change.ports);
          for (const [index, namespace] of namespaces.entries()) {
            if (!isDeepStrictEqual(listed(before.services[index]), listed(after.services[index]))) {
              assert.ok(change.namespaces.has(namespace));
            }
            if (!isDeepStrictEqual(before.routes[index], after.routes[index])) {
              assert.ok(change.routes === "all" || change.routes.has(namespace), `routes of ${namespace}`);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("says of each route and policy whose verdict differs that it may", () => {
    fc.assert(
      fc.property(history, cuts, (changes, sizes) => {
        const told = new Set<string>();
        const mesh = createMeshModel({
          ...emptySettings,
          onVerdict: ({ kind, key }) => told.add(`${kind} ${key}`),
        });
        for (const batch of split(changes, sizes)) {
          const before = routeNames.map((route) => mesh.routeVerdict(route));
          const tcpBefore = podNames.map((route) => mesh.tcpRouteVerdict(route));
          const policiesBefore = podNames.map((policy) => mesh.trafficPolicyVerdict(policy));
          told.clear();
          mesh.apply(batch);
          for (const [index, route] of routeNames.entries()) {
            if (isDeepStrictEqual(before[index], mesh.routeVerdict(route))) continue;
            const { kind, name } = splitRouteKey(route);
            assert.ok(told.has(`${objectKinds[kind]} ${name}`), `${route} is judged otherwise`);
          }
          for (const [index, route] of podNames.entries()) {
            if (isDeepStrictEqual(tcpBefore[index], mesh.tcpRouteVerdict(route))) continue;
            assert.ok(told.has(`tcpRoute ${route}`), `TCPRoute ${route} is judged otherwise`);
          }
          for (const [index, policy] of podNames.entries()) {
            if (isDeepStrictEqual(policiesBefore[index], mesh.trafficPolicyVerdict(policy))) continue;
            assert.ok(told.has(`trafficPolicy ${policy}`), `${policy} is judged otherwise`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("names nothing where the same objects come again", () => {
    fc.assert(
      fc.property(history, (changes) => {
        // Copies of both, because the records that are drawn have no prototype, and copies have.
        const mesh = built([structuredClone(changes)]);
        for (const batch of [finalChanges(changes), ...finalChanges(changes).map((change) => [change])]) {
          assert.deepEqual(mesh.apply(structuredClone(batch)), nothing);
        }
      }),
    );
  });

  test("tells of each problem that comes and goes, and keeps none of what is gone", () => {
    fc.assert(
      fc.property(history, cuts, (changes, sizes) => {
        const told = new Map<string, ObjectProblems>();
        const mesh = createMeshModel({
          ...emptySettings,
          onProblems: (problems) => {
            const { kind, key } = problems.object;
            if (problems.problems.length === 0) told.delete(`${kind} ${key}`);
            else told.set(`${kind} ${key}`, problems);
          },
        });
        for (const batch of split(changes, sizes)) {
          mesh.apply(batch);
          const sorted = [...told].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, problems]) => problems);
          assert.deepEqual(sorted, mesh.problems());
        }
        mesh.apply(
          finalChanges(changes).map((change): ObjectChange => ({ ...change, object: undefined, problems: [] })),
        );
        assert.deepEqual(mesh.problems(), []);
        assert.deepEqual(answersOf(mesh), answersOf(emptyMesh()));
      }),
    );
  });
});

const nothing: MeshChange = {
  addresses: new Set(),
  ips: new Set(),
  redefined: new Set(),
  workloads: new Set(),
  ports: false,
  namespaces: new Set(),
  routes: new Set(),
};

function listed(services: readonly unknown[] | undefined): readonly string[] {
  return (services ?? []).map((service) => (service as { readonly address: string }).address);
}

function permutationOf<T>(items: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}
