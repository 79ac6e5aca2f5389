/**
 * Ten thousand routes in one namespace, by a real sidecar: how long a change of one takes until the sidecar follows it, and how
 * much longer a request takes than with no route at all. With and without routes take turns within one run, so that whatever
 * else the machine does falls on both. Root, Linux.
 *
 *     node test/bench/routes/run.ts [--rounds NUMBER] [--record FILE]…
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startRemote } from "../../integration/envoy/remote-functions.ts";
import type { RemoteFunctions } from "../../integration/envoy/remote-functions.ts";
import { clientPod, serverPod, startSidecarsOf } from "../../integration/mesh/two-sidecars.ts";
import { percentile } from "../figures.ts";
import { recordResult } from "../record.ts";
import { clusterIp, pathOf } from "../routed-shop.ts";
import { renderTable } from "../table.ts";
import type { ClientFunctions, TimedRequest } from "./client.ts";
import { clientFunctions } from "./client.ts";
import type { ChangeTimes, ControlPlaneFunctions, RoutesSize } from "./control-plane.ts";
import { controlPlaneFunctions } from "./control-plane.ts";

const services = 100;
const sizes: readonly RoutesSize[] = [
  { routes: 10_000, services },
  { routes: 10_000, services: 1 },
];
const requestsPerRound = 1_500;
const changes = 15;

type ControlPlane = RemoteFunctions<ControlPlaneFunctions>;
type Client = RemoteFunctions<ClientFunctions>;

function namesOf<F extends object>(functions: F): readonly (keyof F & string)[] {
  return Object.keys(functions) as (keyof F & string)[];
}

function ascending(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((one, other) => one - other);
}

/** The request of the last route: of one Service's, the one before which most others are tried. */
function requestOf({ routes, services: spread }: RoutesSize): TimedRequest {
  const last = routes - 1;
  return { host: clusterIp(last % spread), port: 80, path: pathOf(last) };
}

interface Latencies {
  readonly without: number[];
  readonly routed: number[];
}

/** Envoy's workers take a table a moment after it has been acknowledged. */
const settleMs = 200;

async function compare(
  controlPlane: ControlPlane,
  client: Client,
  size: RoutesSize,
  rounds: number,
): Promise<Latencies> {
  const latencies: Latencies = { without: [], routed: [] };
  const asked = requestOf(size);
  for (let round = 0; round < rounds; round += 1) {
    latencies.without.push(...(await client.time(asked, requestsPerRound)));
    await controlPlane.createRoutes(size);
    await sleep(settleMs);
    latencies.routed.push(...(await client.time(asked, requestsPerRound)));
    await controlPlane.deleteRoutes(size.routes);
    await sleep(settleMs);
  }
  return latencies;
}

interface Changes {
  readonly megabytes: number;
  readonly created: number;
  readonly times: readonly ChangeTimes[];
}

async function change(controlPlane: ControlPlane, size: RoutesSize): Promise<Changes> {
  const created = await controlPlane.createRoutes(size);
  const megabytes = (await controlPlane.tableSize()) / 1024 / 1024;
  const times: ChangeTimes[] = [];
  for (let turn = 0; turn < changes; turn += 1) {
    times.push(await controlPlane.changeRoute((turn * 7919) % size.routes, turn, size));
  }
  await controlPlane.deleteRoutes(size.routes);
  return { megabytes, created, times };
}

const headings = [
  "routes",
  "Services",
  "table, MB",
  "all at once, ms",
  "one change: encoded, p50 ms",
  "taken by two sidecars, p50 ms",
  "slowest, ms",
  "request without, p50 ms",
  "with, p50 ms",
  "difference, ms",
];

function row(
  size: RoutesSize,
  { megabytes, created, times }: Changes,
  { without, routed }: Latencies,
): readonly string[] {
  const encoded = ascending(times.map((time) => time.encoded));
  const taken = ascending(times.map((time) => time.acknowledged));
  const [before, after] = [percentile(ascending(without), 50), percentile(ascending(routed), 50)];
  return [
    String(size.routes),
    String(size.services),
    megabytes.toFixed(2),
    created.toFixed(0),
    percentile(encoded, 50).toFixed(1),
    percentile(taken, 50).toFixed(0),
    percentile(taken, 100).toFixed(0),
    before.toFixed(3),
    after.toFixed(3),
    (after - before).toFixed(3),
  ];
}

async function measure(rounds: number): Promise<string> {
  const folder = import.meta.dirname;
  const pods = await startSidecarsOf(
    async (world, start) => {
      const file = join(folder, "control-plane.ts");
      const started = startRemote<ControlPlaneFunctions>(world, file, namesOf(controlPlaneFunctions));
      await started.start(start);
      await started.createServices(services, clientPod.ips[0] ?? "", serverPod.ips[0] ?? "");
      return started;
    },
    { mesh: { services: [], workloads: [], inspectedPorts: [], opaqueAddresses: [] }, client: { accessLog: "errors" } },
  );
  try {
    const client = startRemote<ClientFunctions>(
      pods.client.namespace,
      join(folder, "client.ts"),
      namesOf(clientFunctions),
    );
    const rows: (readonly string[])[] = [];
    for (const size of sizes) {
      await client.time(requestOf(size), requestsPerRound);
      const changed = await change(pods.controlPlane, size);
      rows.push(row(size, changed, await compare(pods.controlPlane, client, size, rounds)));
    }
    return renderTable(headings, rows);
  } finally {
    await pods.close();
  }
}

const { values } = parseArgs({
  options: {
    record: { type: "string", multiple: true, default: [] },
    /** Turns without and with routes. */
    rounds: { type: "string", default: "3" },
  },
});
const table = await measure(Number(values.rounds));
console.log(table);
for (const file of values.record) await recordResult(file, table, "bench-routes");
process.exit(0);
