/**
 * TCP and gRPC probes. The kubelet can no longer ask these itself, as the proxy would accept in the application's place;
 * so Envoy asks the application regularly and answers the kubelet's HTTP request with what it found last. Until the
 * first check has succeeded, and wherever a host name has no address, the answer is 503.
 */
import { authority } from "./address.ts";
import type { ApplicationPart } from "./application-part.ts";
import { applicationClusterName } from "./application-part.ts";
import type { BootstrapInput, GrpcProbeTarget, TcpProbeTarget } from "./bootstrap-input.ts";
import { bindToUncapturedSource } from "./captured-source.ts";
import { http2 } from "./http-protocol.ts";
import { namedCluster } from "./named-cluster.ts";
import type { Cluster, Extension } from "./resource.ts";
import { extension, seconds } from "./resource.ts";

type CheckedProbeTarget = TcpProbeTarget | GrpcProbeTarget;

function check(probe: CheckedProbeTarget, { ipFamilies }: BootstrapInput): Readonly<Record<string, unknown>> {
  if (probe.kind === "tcp") return { tcp_health_check: {} };
  return {
    grpc_health_check: {
      service_name: probe.service,
      authority: authority(probe.host, probe.port, ipFamilies),
    },
  };
}

function healthCheck(probe: CheckedProbeTarget, input: BootstrapInput): Readonly<Record<string, unknown>> {
  const period = seconds(probe.periodSeconds);
  return {
    timeout: seconds(probe.timeoutSeconds),
    interval: period,
    // No request ever goes to this cluster, and then Envoy has intervals of their own.
    no_traffic_healthy_interval: period,
    // A recovery is seen at once, so that the two periods, Envoy's and the kubelet's, do not add up.
    no_traffic_interval: seconds(1),
    // The kubelet counts failures and successes itself.
    unhealthy_threshold: 1,
    healthy_threshold: 1,
    // A new connection each time, as the kubelet makes.
    reuse_connection: false,
    ...check(probe, input),
  };
}

function checkedCluster(probe: CheckedProbeTarget, input: BootstrapInput): Cluster {
  const { interceptionMode, ipFamilies } = input;
  const source = probe.host === undefined ? bindToUncapturedSource(interceptionMode, ipFamilies) : {};
  return namedCluster({
    name: applicationClusterName(probe.route),
    host: probe.host,
    port: probe.port,
    connectSeconds: probe.timeoutSeconds,
    ipFamilies,
    more: {
      health_checks: [healthCheck(probe, input)],
      ...(probe.kind === "grpc" ? http2() : {}),
      ...source,
    },
  });
}

function answer(probe: CheckedProbeTarget): Extension {
  return extension(probe.route, "envoy.extensions.filters.http.health_check.v3.HealthCheck", {
    pass_through_mode: false,
    headers: [{ name: ":path", string_match: { exact: probe.route } }],
    // Percent: any healthy address of a name will do, as it does for the kubelet.
    cluster_min_healthy_percentages: { [applicationClusterName(probe.route)]: { value: 1 } },
  });
}

/** What a TCP or gRPC probe adds to the application listener. */
export function checkedProbe(probe: CheckedProbeTarget, input: BootstrapInput): ApplicationPart {
  return { cluster: checkedCluster(probe, input), filters: [answer(probe)], routes: [] };
}
