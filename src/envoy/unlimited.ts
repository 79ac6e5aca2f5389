/**
 * Circuit breakers that never open: a sidecar has no opinion on how much its application, or the one it calls, can bear.
 */

/** The largest that fits. */
const limit = 4_294_967_295;

/** Of one cluster. */
export const unlimitedThresholds = {
  max_connections: limit,
  max_pending_requests: limit,
  max_requests: limit,
  max_retries: limit,
} as const;

/** Cluster fields. */
export const unlimited = { circuit_breakers: { thresholds: [unlimitedThresholds] } } as const;
