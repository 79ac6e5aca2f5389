/**
 * Metrics of the pods that run: told by the leader alone, so that adding up replicas counts nothing twice.
 */
import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

type Counts = ReadonlyMap<string, number>;

/** What became of a pod that was to be evicted, from a closed set. */
export type EvictionAttempt = "evicted" | "protected" | "changed" | "forbidden" | "failed";

const attempts: readonly EvictionAttempt[] = ["evicted", "protected", "changed", "forbidden", "failed"];

export interface WatchdogMetrics {
  /**
   * Sets how many pods have an outdated sidecar or lack theirs.
   *
   * @param stale by namespace
   * @param naked by namespace
   * @param at when they were counted, in milliseconds since the epoch
   */
  census(stale: Counts, naked: Counts, at: number): void;
  /** This replica is no longer the one that counts. */
  forgetCensus(): void;
  /** Counts a pod that was to be evicted. */
  attempt(result: EvictionAttempt): void;
  /** Counts a pod that was told of and not evicted. */
  reported(): void;
}

/** Namespaces with their own series; the worst ones have them, and the others share one. */
const mostNamespaces = 200;
/** No namespace can be called so. */
const others = "(others)";

function setByNamespace(gauge: Gauge<"namespace">, counts: Counts): void {
  gauge.reset();
  const worstFirst = [...counts].sort(([, one], [, other]) => other - one);
  for (const [namespace, count] of worstFirst.slice(0, mostNamespaces)) gauge.set({ namespace }, count);
  const rest = worstFirst.slice(mostNamespaces).reduce((sum, [, count]) => sum + count, 0);
  if (rest > 0) gauge.set({ namespace: others }, rest);
}

/** Registers these metrics. */
export function createWatchdogMetrics(registry: Registry): WatchdogMetrics {
  const registers = [registry];
  const byNamespace = (name: string, help: string): Gauge<"namespace"> =>
    new Gauge({ name, help, labelNames: ["namespace"], registers });
  const staleGauge = byNamespace(
    "outrigger_pods_stale",
    "Pods whose sidecar is of another version or mesh config than a new one would be; 0 is left out.",
  );
  const nakedGauge = byNamespace(
    "outrigger_pods_naked",
    "Pods that would get a sidecar today and carry none; 0 is left out.",
  );
  const countedAt = new Gauge({
    name: "outrigger_pods_counted_timestamp_seconds",
    help: "When this replica last counted them, in seconds since 1970; 0 for never, or where another one does it now.",
    registers,
  });
  const watchdog = new Counter({
    name: "outrigger_watchdog_pods_total",
    help: "Pods without their sidecar that were told of or to be evicted, by what became of them.",
    labelNames: ["result"],
    registers,
  });
  for (const result of [...attempts, "reported"]) watchdog.inc({ result }, 0);
  return {
    census: (stale, naked, at) => {
      setByNamespace(staleGauge, stale);
      setByNamespace(nakedGauge, naked);
      countedAt.set(at / 1_000);
    },
    forgetCensus: () => {
      staleGauge.reset();
      nakedGauge.reset();
      countedAt.set(0);
    },
    attempt: (result) => {
      watchdog.inc({ result });
    },
    reported: () => {
      watchdog.inc({ result: "reported" });
    },
  };
}
