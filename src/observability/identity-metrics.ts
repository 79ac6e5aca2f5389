/**
 * Metrics of identity: the certificates of the workloads, the roots that sign them, and how those reach the pods.
 */
import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

export interface IdentityMetrics {
  /** A workload's certificate was signed. */
  readonly certificateIssued: () => void;
  /** A workload's certificate could not be signed. */
  readonly certificateFailed: () => void;
  /** For how many service accounts this replica keeps a certificate. */
  readonly certificates: (count: number) => void;
  /** When the newest root expires, in milliseconds since the epoch. */
  readonly rootExpiry: (notAfter: number) => void;
  /** A ConfigMap with the roots was written into a namespace, or could not be. */
  readonly trustWritten: (result: "success" | "failure") => void;
}

/** Registers these metrics. */
export function createIdentityMetrics(registry: Registry): IdentityMetrics {
  const registers = [registry];
  const issued = new Counter({
    name: "outrigger_workload_certificates_total",
    help: "Certificates of workloads that were to be signed, by what became of it.",
    labelNames: ["result"],
    registers,
  });
  const held = new Gauge({
    name: "outrigger_workload_certificates",
    help: "Service accounts for which this replica keeps a certificate.",
    registers,
  });
  const expiry = new Gauge({
    name: "outrigger_workload_root_expiry_timestamp_seconds",
    help: "When the newest root of the mesh expires, in seconds since 1970.",
    registers,
  });
  const written = new Counter({
    name: "outrigger_trust_config_maps_total",
    help: "ConfigMaps with the roots of the mesh that were to be written, by what became of it.",
    labelNames: ["result"],
    registers,
  });
  for (const result of ["success", "failure"]) {
    issued.inc({ result }, 0);
    written.inc({ result }, 0);
  }
  return {
    certificateIssued: () => {
      issued.inc({ result: "success" });
    },
    certificateFailed: () => {
      issued.inc({ result: "failure" });
    },
    certificates: (count) => {
      held.set(count);
    },
    rootExpiry: (notAfter) => {
      expiry.set(notAfter / 1_000);
    },
    trustWritten: (result) => {
      written.inc({ result });
    },
  };
}
