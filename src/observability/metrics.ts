/**
 * All metrics of the injector in one registry that is passed in: two servers in one process, or one test after another, share nothing.
 */
import type { Registry } from "prom-client";
import type { AdviceMetrics } from "./advice-metrics.ts";
import { createAdviceMetrics } from "./advice-metrics.ts";
import type { AdmissionMetrics } from "./admission-metrics.ts";
import { createAdmissionMetrics } from "./admission-metrics.ts";
import type { OperationMetrics } from "./operation-metrics.ts";
import { createOperationMetrics } from "./operation-metrics.ts";
import type { ProcessMetrics } from "./process-metrics.ts";
import { createProcessMetrics } from "./process-metrics.ts";
import type { SelfCareMetrics } from "./self-care-metrics.ts";
import { createSelfCareMetrics } from "./self-care-metrics.ts";
import type { WatchdogMetrics } from "./watchdog-metrics.ts";
import { createWatchdogMetrics } from "./watchdog-metrics.ts";

export interface Metrics {
  readonly admission: AdmissionMetrics;
  readonly advice: AdviceMetrics;
  readonly operation: OperationMetrics;
  readonly process: ProcessMetrics;
  readonly selfCare: SelfCareMetrics;
  readonly watchdog: WatchdogMetrics;
}

/**
 * Registers everything.
 *
 * @param version Outrigger's own version, for `outrigger_build_info`
 */
export function createMetrics(registry: Registry, version: string): Metrics {
  return {
    admission: createAdmissionMetrics(registry),
    advice: createAdviceMetrics(registry),
    operation: createOperationMetrics(registry),
    process: createProcessMetrics(registry, version),
    selfCare: createSelfCareMetrics(registry),
    watchdog: createWatchdogMetrics(registry),
  };
}
