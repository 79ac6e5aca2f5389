/**
 * Metrics of what the injector does for itself: it tries whether it is reachable, and restores what makes it so.
 */
import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

export interface SelfCareMetrics {
  /**
   * Counts a probe through the API server.
   *
   * @param result from a closed set; `injected` is the good one
   * @param seconds how long it took
   * @param at when it ended, in milliseconds since the epoch
   */
  roundTrip(result: string, seconds: number, at: number): void;
  /** Counts a webhook configuration that was restored, by which and after what: closed sets. */
  restored(configuration: "mutating" | "validating", cause: "edited" | "deleted" | "distrusted"): void;
  /** Whether this replica is the leader. */
  leads(leads: boolean): void;
}

/** Registers these metrics. */
export function createSelfCareMetrics(registry: Registry): SelfCareMetrics {
  const registers = [registry];
  const probes = new Counter({
    name: "outrigger_roundtrip_probes_total",
    help: "Pods tried through the API server as a dry run, by what became of them.",
    labelNames: ["result"],
    registers,
  });
  const success = new Gauge({
    name: "outrigger_roundtrip_success",
    help: "1 where the last pod that was tried came back with its sidecar, else 0.",
    registers,
  });
  const seconds = new Gauge({
    name: "outrigger_roundtrip_seconds",
    help: "How long the last try took, through the API server and back.",
    registers,
  });
  const lastSuccess = new Gauge({
    name: "outrigger_roundtrip_last_success_timestamp_seconds",
    help: "When a pod that was tried last came back with its sidecar, in seconds since 1970; 0 for never.",
    registers,
  });
  const restores = new Counter({
    name: "outrigger_webhook_configuration_restores_total",
    help: "Webhook configurations of ours that were restored, by which and after what.",
    labelNames: ["configuration", "cause"],
    registers,
  });
  const leader = new Gauge({
    name: "outrigger_leader",
    help: "1 for the replica that does what only one may do, else 0.",
    registers,
  });
  for (const configuration of ["mutating", "validating"]) {
    for (const cause of ["edited", "deleted", "distrusted"]) restores.inc({ configuration, cause }, 0);
  }
  return {
    roundTrip: (result, took, at) => {
      probes.inc({ result });
      success.set(result === "injected" ? 1 : 0);
      seconds.set(took);
      if (result === "injected") lastSuccess.set(at / 1_000);
    },
    leads: (leads) => {
      leader.set(leads ? 1 : 0);
    },
    restored: (configuration, cause) => {
      restores.inc({ configuration, cause });
    },
  };
}
