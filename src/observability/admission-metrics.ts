/**
 * Metrics of the admission path: how many, why, how long, how many at once.
 */
import { Counter, Gauge, Histogram } from "prom-client";
import type { Registry } from "prom-client";

export interface AdmissionMetrics {
  /** Counts one answered request and its duration in seconds. Both labels must come from closed sets. */
  readonly observe: (outcome: { readonly result: string; readonly reason: string }, seconds: number) => void;
  /** A request has begun. */
  readonly begin: () => void;
  /** A request that had begun is over, answered or not. */
  readonly end: () => void;
}

/** In seconds: from 100 us, below which an answer never takes, to the 5 s after which nobody waits for it. */
const durationBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Registers the admission metrics. */
export function createAdmissionMetrics(registry: Registry): AdmissionMetrics {
  const requests = new Counter({
    name: "outrigger_admission_requests_total",
    help: "Admission requests answered, by result and reason.",
    labelNames: ["result", "reason"],
    registers: [registry],
  });
  const duration = new Histogram({
    name: "outrigger_admission_duration_seconds",
    help: "Time from the request's headers to its answer, by result.",
    labelNames: ["result"],
    buckets: durationBuckets,
    registers: [registry],
  });
  let inFlight = 0;
  new Gauge({
    name: "outrigger_admission_in_flight",
    help: "Admission requests received and not yet answered.",
    registers: [registry],
    collect() {
      this.set(inFlight);
    },
  });
  return {
    observe: ({ result, reason }, seconds) => {
      requests.inc({ result, reason });
      duration.observe({ result }, seconds);
    },
    begin: () => {
      inFlight += 1;
    },
    end: () => {
      inFlight -= 1;
    },
  };
}
