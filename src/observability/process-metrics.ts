/**
 * Metrics of every server's process: what runs, how Node fares, and errors that nothing caught.
 */
import { Counter, Gauge, collectDefaultMetrics } from "prom-client";
import type { Registry } from "prom-client";

export interface ProcessMetrics {
  /** Counts errors that nothing caught. */
  fault(kind: "uncaughtException" | "unhandledRejection"): void;
}

/**
 * Registers these metrics, with prom-client's own (`process_*`, `nodejs_*`).
 *
 * @param version Outrigger's own version, for `outrigger_build_info`
 */
export function createProcessMetrics(registry: Registry, version: string): ProcessMetrics {
  const registers = [registry];
  const build = new Gauge({
    name: "outrigger_build_info",
    help: "Always 1; the labels say what runs.",
    labelNames: ["version", "node"],
    registers,
  });
  build.set({ version, node: process.versions.node }, 1);
  collectDefaultMetrics({ register: registry });
  const faults = new Counter({
    name: "outrigger_process_faults_total",
    help: "Errors that nothing caught, by kind.",
    labelNames: ["kind"],
    registers,
  });
  return {
    fault: (kind) => {
      faults.inc({ kind });
    },
  };
}
