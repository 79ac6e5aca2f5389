/**
 * The routes of the mesh model by themselves, from an HTTPRoute as it comes off the wire to the ports that clients see: what
 * a change of one route costs, and one of a backend's endpoints, with 100, 1,000 and 10,000 routes in a namespace, spread
 * over a hundred Services or all for one.
 */
import { performance } from "node:perf_hooks";
import type { ObjectChange } from "../../src/control-plane/model/cluster-object.ts";
import type { MeshModel } from "../../src/control-plane/model/mesh-model.ts";
import { createMeshModel } from "../../src/control-plane/model/mesh-model.ts";
import { percentile } from "./figures.ts";
import { cpuSince, heapInMegabytes } from "./own-figures.ts";
import { namespace, route, service, slice } from "./routed-shop.ts";
import { renderTable } from "./table.ts";

const changeCount = 2_000;

/** Each change in microseconds, with what clients see afterwards. */
function time(mesh: MeshModel, changeOf: (turn: number) => ObjectChange): readonly number[] {
  const micros: number[] = [];
  for (let turn = 0; turn < changeCount; turn += 1) {
    const change = changeOf(turn);
    const at = performance.now();
    mesh.apply([change]);
    mesh.routedPorts(namespace);
    micros.push((performance.now() - at) * 1_000);
  }
  return micros.sort((one, other) => one - other);
}

/** One line of the table: so many routes for so many Services. */
function measureRoutes(routes: number, services: number): readonly string[] {
  const mesh = createMeshModel({ trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] });
  for (let index = 0; index < services; index += 1) mesh.apply([service(index), slice(index, false)]);
  const empty = heapInMegabytes();
  const changes = Array.from({ length: routes }, (_, index) => route(index, services, 10));
  const start = process.cpuUsage();
  mesh.apply(changes);
  const filled = cpuSince(start) / 1_000;
  changes.length = 0;
  const heap = heapInMegabytes() - empty;
  const ofRoute = time(mesh, (turn) => route((turn * 7919) % routes, services, turn % 100));
  const ofEndpoint = time(mesh, (turn) => slice(turn % services, turn % 2 === 0));
  return [
    String(routes),
    String(services),
    filled.toFixed(0),
    percentile(ofRoute, 50).toFixed(0),
    percentile(ofRoute, 99).toFixed(0),
    percentile(ofEndpoint, 50).toFixed(0),
    heap.toFixed(1),
  ];
}

const headings = [
  "routes",
  "Services",
  "filled, CPU ms",
  "route change p50, µs",
  "p99, µs",
  "endpoint change p50, µs",
  "heap, MB",
];

/** The whole table. */
export function routeTable(): string {
  const sizes = [100, 1_000, 10_000];
  return renderTable(
    headings,
    sizes.flatMap((routes) => [measureRoutes(routes, 100), measureRoutes(routes, 1)]),
  );
}
