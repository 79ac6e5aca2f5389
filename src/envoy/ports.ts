/**
 * The fixed numbers of a sidecar: users may write them into firewalls and dashboards, so they never change.
 */

/** The user and group that the proxy runs as; traffic of this user is never captured. */
export const proxyUid = 1337;
export const proxyGid = 1337;

/** TCP ports of the sidecar, all inside the pod. */
export const ports = {
  /** Envoy's admin interface, on loopback only. */
  admin: 15_000,
  /** Where captured outbound connections arrive. */
  outbound: 15_001,
  /** Where captured inbound connections arrive. */
  inbound: 15_006,
  /** The application's probes, lifecycle hooks and metrics, rewritten to come through the proxy. */
  application: 15_020,
  /** The proxy's own health: `/healthz/ready`; and its drain path. */
  health: 15_021,
  /** Envoy's Prometheus statistics: `/stats/prometheus`. */
  stats: 15_090,
} as const;

/** Ports an application cannot listen on beside the sidecar. */
export const reservedPorts: readonly number[] = Object.values(ports);

/** Ports that are reached from outside the pod and must never be captured. */
export const uncapturedInboundPorts: readonly number[] = [ports.application, ports.health, ports.stats];

/**
 * Ports of others that must not be captured. Envoy would hand a captured connection to whichever of its own listeners has
 * the port, so a scraper would get its own sidecar's metrics for everybody's. What answers there is mostly another sidecar,
 * which does not capture it either.
 */
export const uncapturedOutboundPorts: readonly number[] = [ports.inbound, ...uncapturedInboundPorts];

export const proxyContainerName = "outrigger-proxy";
export const initContainerName = "outrigger-init";
