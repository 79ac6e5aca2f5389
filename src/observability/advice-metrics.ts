/**
 * Metrics of the advice on workloads: how many were looked at, and what would become of their pods.
 */
import { Counter } from "prom-client";
import type { Registry } from "prom-client";

export interface AdviceMetrics {
  /** Counts one workload. Both labels must come from closed sets. */
  readonly observe: (outcome: { readonly result: string; readonly reason: string }) => void;
}

/** Registers these metrics. */
export function createAdviceMetrics(registry: Registry): AdviceMetrics {
  const workloads = new Counter({
    name: "outrigger_advice_total",
    help: "Workloads looked at for advice, by what will become of their pods.",
    labelNames: ["result", "reason"],
    registers: [registry],
  });
  return {
    observe: ({ result, reason }) => {
      workloads.inc({ result, reason });
    },
  };
}
