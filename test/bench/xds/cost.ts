/**
 * What something costs the control plane while it happens, beside how long it takes.
 */
import { readCpuMilliseconds } from "../process-figures.ts";
import { percentile } from "../figures.ts";

export interface Cost<T> {
  readonly result: T;
  /** CPU ms of the process, all threads. */
  readonly cpu: number;
}

export async function costOf<T>(pid: number, run: () => Promise<T>): Promise<Cost<T>> {
  const before = readCpuMilliseconds(pid);
  const result = await run();
  return { result, cpu: readCpuMilliseconds(pid) - before };
}

/** A series of the same change. */
export interface Series {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** CPU ms of the control plane for each. */
  readonly cpu: number;
  /** How many proxies each is for, on the average. */
  readonly proxies: number;
}

export function summarizeSeries({ result, cpu }: Cost<readonly number[]>, proxies: number): Series {
  const ascending = result.toSorted((one, other) => one - other);
  return { p50: percentile(ascending, 50), p99: percentile(ascending, 99), cpu: cpu / result.length, proxies };
}
