/** Limits of a sidecar towards one destination. */
import { unlimited, unlimitedThresholds } from "../../../envoy/unlimited.ts";
import type { CircuitBreakers, RetryBudget } from "../../model/traffic-policy.ts";

type Fields = Readonly<Record<string, unknown>>;

function budget(policy: RetryBudget | undefined): Fields {
  if (policy === undefined) return {};
  const { percent, minConcurrent } = policy;
  return { retry_budget: { budget_percent: { value: percent }, min_retry_concurrency: minConcurrent } };
}

/** Cluster fields: limits where a policy says so, and none elsewhere. */
export function circuitBreakers(policy: CircuitBreakers | undefined, retries: RetryBudget | undefined): Fields {
  if (policy === undefined && retries === undefined) return unlimited;
  const most = unlimitedThresholds;
  const threshold = {
    max_connections: policy?.maxConnections ?? most.max_connections,
    max_pending_requests: policy?.maxPendingRequests ?? most.max_pending_requests,
    max_requests: policy?.maxRequests ?? most.max_requests,
    max_retries: policy?.maxRetries ?? most.max_retries,
    ...budget(retries),
  };
  return { circuit_breakers: { thresholds: [threshold] } };
}
