/**
 * Metrics of everything around the admissions: certificates, config, Events, connections.
 */
import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

export interface OperationMetrics {
  /** Sets when a certificate expires. `certificate` is its role, e.g. `serving` or `ca`: a closed set. */
  certificateExpiry(certificate: string, expiresAt: Date): void;
  /** Counts a new certificate taken into use, or refused. */
  certificateReload(result: "success" | "failure"): void;
  /** Counts a step of keeping certificates that failed and will be repeated, by step: a closed set. */
  certificateFailure(operation: string): void;
  /** Counts a CA bundle of a webhook configuration that was set right. */
  caBundlePatched(): void;
  /** Counts a changed config file taken into use, or refused. */
  configReload(result: "success" | "failure"): void;
  /** Counts Events that were never sent: queue full, or refused by the API server. */
  eventDropped(count?: number): void;
  /** Counts connections that ended before a request could be read from them. */
  connectionError(reason: "tls" | "http" | "timeout" | "reset"): void;
}

/** Registers these metrics. */
export function createOperationMetrics(registry: Registry): OperationMetrics {
  const registers = [registry];
  const expiry = new Gauge({
    name: "outrigger_certificate_expiry_timestamp_seconds",
    help: "When the certificate expires, in seconds since 1970.",
    labelNames: ["certificate"],
    registers,
  });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const certificateReloads = counter(
    "outrigger_certificate_reloads_total",
    "New serving certificates taken into use (success) or refused (failure).",
    ["result"],
  );
  const certificateFailures = counter(
    "outrigger_certificate_failures_total",
    "Steps of keeping certificates that failed and are repeated, by step.",
    ["operation"],
  );
  const bundlesPatched = counter(
    "outrigger_ca_bundle_patches_total",
    "CA bundles of webhook configurations that were set right.",
    [],
  );
  const configReloads = counter(
    "outrigger_config_reloads_total",
    "Changed mesh configs taken into use (success) or refused (failure).",
    ["result"],
  );
  const eventsDropped = counter("outrigger_events_dropped_total", "Kubernetes Events that were never sent.", []);
  const connectionErrors = counter(
    "outrigger_connection_errors_total",
    "Connections that ended before a request could be read from them, by reason.",
    ["reason"],
  );
  // Series that exist from the start let an alert on their increase see the first one.
  for (const result of ["success", "failure"]) {
    certificateReloads.inc({ result }, 0);
    configReloads.inc({ result }, 0);
  }
  return {
    certificateExpiry: (certificate, expiresAt) => {
      expiry.set({ certificate }, expiresAt.getTime() / 1_000);
    },
    certificateReload: (result) => {
      certificateReloads.inc({ result });
    },
    certificateFailure: (operation) => {
      certificateFailures.inc({ operation });
    },
    caBundlePatched: () => {
      bundlesPatched.inc();
    },
    configReload: (result) => {
      configReloads.inc({ result });
    },
    eventDropped: (count = 1) => {
      eventsDropped.inc(count);
    },
    connectionError: (reason) => {
      connectionErrors.inc({ reason });
    },
  };
}
