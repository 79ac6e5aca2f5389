/**
 * Traces of HTTP requests, sent to an OpenTelemetry collector. A caller's decision to sample (W3C Trace Context) is
 * kept; where there is none, the given share of traces is sampled.
 */
import type { TracingTarget } from "./bootstrap-input.ts";
import { reference } from "./expansion.ts";
import { http2 } from "./http-protocol.ts";
import { namedCluster } from "./named-cluster.ts";
import type { Cluster, Extension } from "./resource.ts";
import { extension, typedConfig } from "./resource.ts";
import type { IpFamily } from "../net/cidr.ts";

const cluster = "tracing";
const samplers = "envoy.extensions.tracers.opentelemetry.samplers.v3";

/** Envoy counts shares in parts of a million here, which is a ten-thousandth of a percent. */
const partsPerPercent = 10_000;

function sampler(percent: number): Extension {
  return extension("parent-based", `${samplers}.ParentBasedSamplerConfig`, {
    wrapped_sampler: extension(
      "envoy.tracers.opentelemetry.samplers.trace_id_ratio_based",
      `${samplers}.TraceIdRatioBasedSamplerConfig`,
      { sampling_percentage: { numerator: Math.round(percent * partsPerPercent), denominator: "MILLION" } },
    ),
  });
}

/** Where a sidecar runs. */
export interface TracedPod {
  readonly podNamespace: string;
  readonly podName: string;
  readonly podIp: string;
  readonly nodeName: string;
}

/** OpenTelemetry's names for where a span comes from; what is not known yet is left out. */
function resource({ podNamespace, podName, podIp, nodeName }: TracedPod): Extension {
  const attributes = {
    "service.namespace": podNamespace,
    "k8s.namespace.name": podNamespace,
    "k8s.pod.name": podName,
    "k8s.pod.ip": podIp,
    "k8s.node.name": nodeName,
  };
  return extension(
    "pod",
    "envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig",
    { attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== "")) },
  );
}

/**
 * Fields of an HTTP connection manager that trace its requests; none where nothing is traced.
 *
 * @param pod in a bootstrap the kubelet fills it in
 */
export function tracingFields(
  tracing: TracingTarget | undefined,
  workload: string,
  pod: TracedPod = reference,
): Readonly<Record<string, unknown>> {
  if (tracing === undefined) return {};
  const provider = extension("envoy.tracers.opentelemetry", "envoy.config.trace.v3.OpenTelemetryConfig", {
    grpc_service: { envoy_grpc: { cluster_name: cluster }, timeout: "5s" },
    service_name: workload,
    sampler: sampler(tracing.samplingPercent),
    resource_detectors: [resource(pod)],
  });
  return {
    tracing: { provider },
    // Envoy would sample by the request id, which it is not to make; the sampler above decides instead.
    request_id_extension: {
      typed_config: typedConfig("envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig", {
        pack_trace_reason: false,
        use_request_id_for_trace_sampling: false,
      }),
    },
  };
}

/** The collector's cluster. */
export function tracingClusters(
  tracing: TracingTarget | undefined,
  ipFamilies: readonly IpFamily[],
): readonly Cluster[] {
  if (tracing === undefined) return [];
  const { host, port } = tracing;
  return [namedCluster({ name: cluster, host, port, connectSeconds: 5, ipFamilies, more: http2() })];
}
