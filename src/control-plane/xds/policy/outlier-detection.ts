/** Leaves out replicas that fail. */
import type { OutlierDetection } from "../../model/traffic-policy.ts";
import { milliseconds } from "./values.ts";

type Fields = Readonly<Record<string, unknown>>;

/** However often a replica fails, it is tried again so soon. */
const longestEjectionMs = 300_000;

/** Whether a count of errors has an effect. */
function counted(name: string, count: number): Fields {
  return count === 0 ? { [`enforcing_${name}`]: 0 } : { [name]: count, [`enforcing_${name}`]: 100 };
}

/** Cluster fields. */
export function outlierDetection(policy: OutlierDetection | undefined): Fields {
  if (policy === undefined) return {};
  return {
    outlier_detection: {
      ...counted("consecutive_5xx", policy.consecutiveErrors),
      ...counted("consecutive_gateway_failure", policy.consecutiveGatewayErrors),
      // On by default; it would leave out replicas for reasons that no policy names.
      enforcing_success_rate: 0,
      interval: milliseconds(policy.intervalMs),
      base_ejection_time: milliseconds(policy.ejectionTimeMs),
      max_ejection_time: milliseconds(Math.max(policy.ejectionTimeMs, longestEjectionMs)),
      max_ejection_percent: Math.round(policy.maxEjectionPercent),
    },
  };
}
