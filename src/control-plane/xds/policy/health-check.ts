/** Asks replicas how they are, by the transport socket that requests to them use. */
import type { HealthCheck, HealthProbe } from "../../model/traffic-policy.ts";
import type { DeclaredProtocol } from "../../model/destination.ts";
import { milliseconds } from "./values.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What the check has to know of the Service's port. */
export interface CheckedPort {
  /** Names the Service where a probe names no host. */
  readonly host: string;
  readonly protocol: DeclaredProtocol;
}

function probe(asked: HealthProbe, { host, protocol }: CheckedPort): Fields {
  switch (asked.kind) {
    case "tcp":
      return { tcp_health_check: {} };
    case "grpc":
      return { grpc_health_check: { service_name: asked.service, authority: host } };
    case "http":
      return {
        http_health_check: {
          host: asked.host ?? host,
          path: asked.path,
          // Ranges end before their end.
          expected_statuses: asked.expectedStatuses.map(({ from, to }) => ({ start: from, end: to + 1 })),
          // Without it the first bad answer would be enough, whatever the threshold.
          retriable_statuses: [{ start: 100, end: 600 }],
          codec_client_type: protocol === "http2" || protocol === "grpc" ? "HTTP2" : "HTTP1",
        },
      };
  }
}

/** Cluster fields. */
export function healthChecks(policy: HealthCheck | undefined, port: CheckedPort): Fields {
  if (policy === undefined) return {};
  const interval = milliseconds(policy.intervalMs);
  return {
    health_checks: [
      {
        ...probe(policy.probe, port),
        interval,
        // Envoy would ask only once a minute as long as there are no requests, and learn too late.
        no_traffic_interval: interval,
        timeout: milliseconds(policy.timeoutMs),
        unhealthy_threshold: policy.unhealthyThreshold,
        healthy_threshold: policy.healthyThreshold,
      },
    ],
    // What Kubernetes takes away is gone, however well it still answers.
    ignore_health_on_host_removal: true,
  };
}
