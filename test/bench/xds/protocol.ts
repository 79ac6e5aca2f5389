/**
 * What the benchmark and the processes that play its proxies say to each other.
 */
import type { PodWithToken } from "./shop-cluster.ts";

/** A proxy to be played. */
export interface ProxyPlan {
  readonly pod: PodWithToken;
  /** Addresses of the Services that its application calls. */
  readonly uses: readonly string[];
}

export type Command =
  /** All at once; answered with {@link Totals} when each has all that it needs. */
  | { readonly kind: "connect"; readonly port: number; readonly roots: string; readonly proxies: readonly ProxyPlan[] }
  /** Wait for this address' endpoints to reach so many proxies from now on; answered at once. */
  | { readonly kind: "expect"; readonly address: string; readonly proxies: number }
  /** Answered with {@link Totals} when they have. */
  | { readonly kind: "arrival" }
  /** The application of this proxy opens its first connection to an address, or the proxy forgets it. */
  | { readonly kind: "ask" | "forget"; readonly proxy: number; readonly address: string }
  | { readonly kind: "totals" };

export interface Totals {
  /** Bytes of messages so far, for each of the process' proxies: without the framing of gRPC, HTTP/2 and TLS. */
  readonly bytes: readonly number[];
  /** When the last message came, in ms of the machine's monotonic clock, which all processes share. */
  readonly lastAt: number;
}

export interface Request {
  readonly id: number;
  readonly command: Command;
}

export interface Reply {
  readonly id: number;
  readonly totals?: Totals;
  readonly error?: string;
}

/** Milliseconds by the clock of {@link Totals.lastAt}. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
