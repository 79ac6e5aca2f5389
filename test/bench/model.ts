/**
 * The mesh model by itself, from an object as it comes off the wire: what a change of one object costs with 100, 1,000 and
 * 5,000 Services of five pods each, and whether memory is the same after ten thousand of them; then the same of routes.
 */
import { performance } from "node:perf_hooks";
import { readObject, removedObject } from "../../src/control-plane/kubernetes/read-object.ts";
import type { ObjectChange } from "../../src/control-plane/model/cluster-object.ts";
import type { MeshModel } from "../../src/control-plane/model/mesh-model.ts";
import { createMeshModel } from "../../src/control-plane/model/mesh-model.ts";
import { percentile } from "./figures.ts";
import { routeTable } from "./model-routes.ts";
import { cpuSince, heapInMegabytes } from "./own-figures.ts";
import { renderTable } from "./table.ts";

const podsPerService = 5;
const changeCount = 10_000;
const namespace = "shop";
const status = JSON.stringify({
  mesh: { interceptionMode: "redirect", includeInboundPorts: "*", excludeInboundPorts: "", opaquePorts: "3306" },
});

function ipOf(network: number, index: number): string {
  return `10.${network}.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}

function pod(service: number, index: number): ObjectChange {
  const name = `app-${service}-${index}`;
  return readObject("pod", `${namespace}/${name}`, {
    metadata: {
      name,
      namespace,
      labels: { app: `app-${service}`, "outrigger.dev/injected": "true" },
      annotations: { "outrigger.dev/status": status },
    },
    spec: { serviceAccountName: `app-${service}`, nodeName: `node-${index}` },
    status: { phase: "Running", podIP: ipOf(100 + index, service) },
  });
}

function service(index: number): ObjectChange {
  return readObject("service", `${namespace}/app-${index}`, {
    metadata: { name: `app-${index}`, namespace },
    spec: { clusterIP: ipOf(96, index), ipFamilies: ["IPv4"], ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  });
}

/** One of its pods is not ready. */
function slice(index: number, unready: number): ObjectChange {
  const name = `app-${index}-1`;
  return readObject("slice", `${namespace}/${name}`, {
    metadata: { name, namespace, labels: { "kubernetes.io/service-name": `app-${index}` } },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080 }],
    endpoints: Array.from({ length: podsPerService }, (_, place) => ({
      addresses: [ipOf(100 + place, index)],
      conditions: { ready: place !== unready },
      nodeName: `node-${place}`,
      zone: "zone-1",
    })),
  });
}

function fill(mesh: MeshModel, services: number): void {
  for (let index = 0; index < services; index += 1) {
    const pods = Array.from({ length: podsPerService }, (_, place) => pod(index, place));
    mesh.apply([...pods, service(index), slice(index, -1)]);
  }
}

/** What happens to a cluster: mostly endpoints that come and go, now and then a whole Service. */
function change(mesh: MeshModel, turn: number, services: number): void {
  const index = (turn * 7919) % services;
  if (turn % 10 !== 0) mesh.apply([slice(index, turn % podsPerService)]);
  else if (turn % 20 === 0) mesh.apply([service(services)]);
  else mesh.apply([removedObject("service", `${namespace}/app-${services}`)]);
}

function measure(services: number): readonly string[] {
  const mesh = createMeshModel({ trustDomain: "cluster.local", rootNamespace: "outrigger-system", opaquePorts: [] });
  const empty = heapInMegabytes();
  const start = process.cpuUsage();
  fill(mesh, services);
  const filled = cpuSince(start) / 1_000;
  for (let turn = 0; turn < 1_000; turn += 1) change(mesh, turn, services);
  const before = heapInMegabytes();
  const micros: number[] = [];
  const cpu = process.cpuUsage();
  for (let turn = 0; turn < changeCount; turn += 1) {
    const at = performance.now();
    change(mesh, turn, services);
    micros.push((performance.now() - at) * 1_000);
  }
  const mean = cpuSince(cpu) / changeCount;
  const growth = heapInMegabytes() - before;
  micros.sort((one, other) => one - other);
  // Asked last, so that the mesh is still there when its memory is measured.
  return [
    String(mesh.servicesOf(namespace).length),
    filled.toFixed(0),
    percentile(micros, 50).toFixed(0),
    mean.toFixed(0),
    (before - empty).toFixed(1),
    growth.toFixed(1),
  ];
}

const headings = ["services", "filled, CPU ms", "change p50, µs", "mean, CPU µs", "heap, MB", "grown by, MB"];
console.log(renderTable(headings, [100, 1_000, 5_000].map(measure)));
console.log(`\n${routeTable()}`);
