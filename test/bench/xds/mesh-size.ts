/**
 * One row of the table: a control plane that is started for a mesh of this size, and everything that is measured of it.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startControlPlane } from "./control-plane-process.ts";
import type { Series } from "./cost.ts";
import type { Connecting, Endurance, FullPush, Measured, Memory, NewServices } from "./measure.ts";
import {
  measureConnecting,
  measureEndpoints,
  measureEndurance,
  measureFullPush,
  measureMemory,
  measureNewServices,
} from "./measure.ts";
import { ProxyFleet } from "./proxy-fleet.ts";
import { everybodysAudience, planProxies, smallAudiences } from "./proxy-plans.ts";
import type { PodWithToken, ShopCluster } from "./shop-cluster.ts";

export interface MeshSize {
  readonly services: number;
  readonly proxies: number;
}

export interface SizeFigures {
  readonly size: MeshSize;
  readonly connecting: Connecting;
  /** Of the Service that all proxies use. */
  readonly everybodys: Series;
  /** Of Services that some use. */
  readonly some: Series;
  readonly newServices: NewServices;
  readonly fullPush: FullPush;
  readonly memory: Memory;
  /** For one size only: it takes a minute. */
  readonly endurance: Endurance | undefined;
}

export interface SizeOptions {
  readonly size: MeshSize;
  readonly shop: ShopCluster;
  readonly pods: readonly PodWithToken[];
  readonly kubeconfig: string;
  /** An existing directory, for logs. */
  readonly directory: string;
  readonly nodeOptions: readonly string[];
  /** How many changes a percentile is made of. */
  readonly changes: number;
  /** 0: memory is not tested under load. */
  readonly enduranceChanges: number;
  readonly log: (line: string) => void;
  /** Hears how to stop what was started, in case somebody stops the benchmark. */
  readonly onStart: (stop: () => Promise<void>) => void;
}

/** How many different Services change in turn. */
const audienceCount = 25;
const fullPushes = 4;
/** The control plane goes on for a moment after it has become ready: it writes trust into every namespace. */
const settleMs = 2_000;

export async function measureSize(options: SizeOptions): Promise<SizeFigures> {
  const { size, directory, kubeconfig, nodeOptions } = options;
  const logFile = join(directory, `control-plane-${size.services}-${size.proxies}.log`);
  const controlPlane = await startControlPlane({ kubeconfig, logFile, nodeOptions });
  const plans = planProxies(options.pods.slice(0, size.proxies), options.shop.services);
  const fleet = new ProxyFleet(plans);
  const stop = async (): Promise<void> => {
    await fleet.stop();
    await controlPlane.stop();
  };
  options.onStart(stop);
  try {
    await sleep(settleMs);
    return await measureAll(options, { controlPlane, fleet, shop: options.shop }, plans);
  } finally {
    await stop();
  }
}

async function measureAll(
  { size, shop, changes, enduranceChanges, log }: SizeOptions,
  measured: Measured,
  plans: ReturnType<typeof planProxies>,
): Promise<SizeFigures> {
  const step = <T>(name: string, result: T): T => {
    log(`${size.services} services, ${size.proxies} proxies: ${name} ${JSON.stringify(result)}`);
    return result;
  };
  const everybody = [everybodysAudience(shop.services, plans)];
  const some = smallAudiences(shop.services, plans, audienceCount);
  const connecting = step("connecting", await measureConnecting(measured));
  await warmUp(measured, some);
  const everybodys = step("endpoints of all", await measureEndpoints(measured, everybody, changes));
  const someFigures = step("endpoints of some", await measureEndpoints(measured, some, changes));
  const newServices = step("new Services", await measureNewServices(measured, changes));
  const fullPush = step("full push", await measureFullPush(measured, fullPushes));
  const memory = step("memory", await measureMemory(measured.controlPlane));
  const endurance =
    enduranceChanges === 0 ? undefined : step("endurance", await measureEndurance(measured, some, enduranceChanges));
  return { size, connecting, everybodys, some: someFigures, newServices, fullPush, memory, endurance };
}

const warmUpChanges = 20;

/** What a process does for the first time it does slowly, and that is not what changes of a running mesh cost. */
async function warmUp(measured: Measured, audiences: ReturnType<typeof smallAudiences>): Promise<void> {
  await measureEndpoints(measured, audiences, warmUpChanges);
}
