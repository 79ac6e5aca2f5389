/**
 * The measurements of one mesh: connecting, endpoints that change, Services that are new, a change that concerns everybody,
 * and memory. Times end when the last proxy has read and acknowledged what it was waiting for.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createTurnstile } from "../../../src/control-plane/identity/turnstile.ts";
import { defaultStageMs } from "../../../src/serve/tls-stages.ts";
import { percentile } from "../figures.ts";
import { readResidentMebibytes } from "../process-figures.ts";
import type { ControlPlaneProcess } from "./control-plane-process.ts";
import type { Series } from "./cost.ts";
import { costOf, summarizeSeries } from "./cost.ts";
import type { Totals } from "./protocol.ts";
import { now } from "./protocol.ts";
import type { ProxyFleet } from "./proxy-fleet.ts";
import type { Audience } from "./proxy-plans.ts";
import { planNewcomer } from "./shop.ts";
import type { ShopCluster } from "./shop-cluster.ts";

export interface Measured {
  readonly controlPlane: ControlPlaneProcess;
  readonly fleet: ProxyFleet;
  readonly shop: ShopCluster;
}

/** So that each change finds everybody at rest, as a lone change does. */
const restMs = 30;
/** Nothing has come for so long: a push is over. */
const quietMs = 1_000;
/** What reaches nobody within this time never will. */
const pushMs = 60_000;
/** Only these proxies call what is new; all others must not hear of it. */
const askers = 10;

export interface Connecting {
  /** Until the last proxy has all that it needs, in seconds. */
  readonly seconds: number;
  /** Mean for each proxy. */
  readonly bytes: number;
  /** CPU ms for each proxy, TLS handshake, review of its token and certificate included. */
  readonly cpu: number;
}

export async function measureConnecting({ controlPlane, fleet, shop }: Measured): Promise<Connecting> {
  const roots = await shop.roots();
  const start = now();
  const { result, cpu } = await costOf(controlPlane.pid, () => fleet.connect(controlPlane.port, roots));
  return { seconds: (result.lastAt - start) / 1_000, bytes: sum(result) / fleet.size, cpu: cpu / fleet.size };
}

/** Endpoints that become ready or cease to be, one change after another, Service by Service. */
export async function measureEndpoints(
  { controlPlane, fleet, shop }: Measured,
  audiences: readonly Audience[],
  changes: number,
): Promise<Series> {
  const cost = await costOf(controlPlane.pid, async () => {
    const times: number[] = [];
    for (let turn = 0; turn < changes; turn += 1) {
      const { service, proxies } = pick(audiences, turn);
      await fleet.expect(service.address, proxies);
      await sleep(restMs);
      const start = now();
      const [{ lastAt }] = await Promise.all([
        fleet.arrival(),
        shop.setReady(service, Math.floor(turn / audiences.length) % 2 === 1),
      ]);
      times.push(lastAt - start);
    }
    return times;
  });
  for (const { service } of audiences) await shop.setReady(service, true);
  // What arrives late would be taken for the next change.
  await untilQuiet(fleet);
  const reached = Array.from({ length: changes }, (_, turn) => pick(audiences, turn).proxies.length);
  return summarizeSeries(cost, reached.reduce((total, count) => total + count, 0) / changes);
}

export interface NewServices extends Series {
  /** Bytes that all proxies together got which did not ask. */
  readonly strayBytes: number;
}

/** The Service, then its endpoints; the first proxy calls it as soon as the Service has an address. */
export async function measureNewServices(
  { controlPlane, fleet, shop }: Measured,
  changes: number,
): Promise<NewServices> {
  const before = sum(await fleet.totals(), askers);
  const cost = await costOf(controlPlane.pid, async () => {
    const times: number[] = [];
    for (let turn = 0; turn < changes; turn += 1) {
      const asker = turn % askers;
      const plan = planNewcomer(turn);
      const start = now();
      const service = await shop.createService(plan, async (address) => {
        await fleet.expect(address, [asker]);
        await fleet.tell("ask", asker, address);
      });
      times.push((await fleet.arrival()).lastAt - start);
      await fleet.tell("forget", asker, service.address);
      await shop.deleteService(service);
      await sleep(restMs);
    }
    return times;
  });
  return { ...summarizeSeries(cost, 1), strayBytes: sum(await fleet.totals(), askers) - before };
}

export interface FullPush {
  /** Until the last byte has come; the median. */
  readonly seconds: number;
  readonly bytes: number;
  /** CPU ms for each proxy. */
  readonly cpu: number;
}

/**
 * The mesh's mode changes. One stage after that, everybody's clusters and all endpoints are others; listeners are before or
 * another stage after that, and count for nothing but the CPU.
 */
export async function measureFullPush({ controlPlane, fleet, shop }: Measured, turns: number): Promise<FullPush> {
  let bytes = 0;
  const { result, cpu } = await costOf(controlPlane.pid, async () => {
    const seconds: number[] = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const start = now() + defaultStageMs;
      await shop.setMode(turn % 2 === 0 ? "disabled" : "permissive");
      await sleep(start - now());
      const before = await fleet.totals();
      await untilAllHaveMore(fleet, before);
      const latest = await untilQuiet(fleet);
      seconds.push((latest.lastAt - start) / 1_000);
      bytes += sum(latest) - sum(before);
      await sleep(Math.max(0, start + defaultStageMs - now()));
      await untilQuiet(fleet);
    }
    return seconds;
  });
  const ascending = result.toSorted((one, other) => one - other);
  const pushes = turns * fleet.size;
  return { seconds: percentile(ascending, 50), bytes: bytes / pushes, cpu: cpu / pushes };
}

async function untilAllHaveMore(fleet: ProxyFleet, { bytes: before }: Totals): Promise<void> {
  const deadline = now() + pushMs;
  while (now() < deadline) {
    const { bytes } = await fleet.totals();
    if (bytes.every((count, place) => count > (before[place] ?? 0))) return;
    await sleep(quietMs / 4);
  }
  throw new Error(`a change for all proxies has not reached them within ${pushMs / 1_000} s`);
}

async function untilQuiet(fleet: ProxyFleet): Promise<Totals> {
  let latest = await fleet.totals();
  const start = now();
  while (now() - Math.max(latest.lastAt, start) < quietMs) {
    await sleep(quietMs / 4);
    latest = await fleet.totals();
  }
  return latest;
}

export interface Memory {
  /** MiB resident. */
  readonly resident: number;
  /** MiB of heap after a full collection. */
  readonly heap: number;
}

export async function measureMemory(controlPlane: ControlPlaneProcess): Promise<Memory> {
  const resident = readResidentMebibytes(controlPlane.pid);
  return { resident, heap: await controlPlane.heap() };
}

export interface Endurance {
  readonly changes: number;
  readonly before: Memory;
  readonly after: Memory;
  readonly perSecond: number;
  /** CPU ms for each change. */
  readonly cpu: number;
}

/** Changes under way at the same time: as many as keep the API server busy. */
const writers = 8;

/** As many changes of endpoints as the API server takes, of Services that are used. */
export async function measureEndurance(
  { controlPlane, fleet, shop }: Measured,
  audiences: readonly Audience[],
  changes: number,
): Promise<Endurance> {
  const before = await measureMemory(controlPlane);
  const start = now();
  const { cpu } = await costOf(controlPlane.pid, async () => {
    const turnstile = createTurnstile(writers);
    const turns = Array.from({ length: changes }, (_, turn) => turn);
    await Promise.all(
      turns.map((turn) =>
        turnstile(() => shop.setReady(pick(audiences, turn).service, Math.floor(turn / audiences.length) % 2 === 1)),
      ),
    );
  });
  const perSecond = (changes * 1_000) / (now() - start);
  await untilQuiet(fleet);
  return { changes, before, after: await measureMemory(controlPlane), perSecond, cpu: cpu / changes };
}

function pick<T>(items: readonly T[], turn: number): T {
  const item = items[turn % items.length];
  if (item === undefined) throw new Error("there is nothing to change");
  return item;
}

/** @param from leaves out the proxies before this place */
function sum({ bytes }: Totals, from = 0): number {
  return bytes.slice(from).reduce((total, count) => total + count, 0);
}
