/**
 * Everything a sidecar's bootstrap depends on, complete and validated: the input of {@link createBootstrap}.
 */
import type { InterceptionMode } from "../iptables/capture-plan.ts";
import type { IpFamily } from "../net/cidr.ts";
import type { PortRange } from "../net/port-range.ts";

/**
 * Which requests the sidecar logs: none, those that failed (status >= 400, a gRPC status other than OK, or an Envoy
 * response flag), or all.
 */
export type AccessLogMode = "off" | "errors" | "all";

/** A probe or lifecycle hook of the application, which the kubelet now sends to the proxy's application port. */
export type ProbeTarget = HttpProbeTarget | TcpProbeTarget | GrpcProbeTarget;

interface ProbeTargetBase {
  /** The path on the application port that stands for this probe, e.g. `/app-health/web/readyz`; unique in the pod. */
  readonly route: string;
  /** The address the probe asks: undefined for the pod's own IP, else an IP address or a DNS name. */
  readonly host: string | undefined;
  /** TCP port, 1..65535. */
  readonly port: number;
  /** The kubelet's `timeoutSeconds` for it, >= 1. */
  readonly timeoutSeconds: number;
}

export interface HttpProbeTarget extends ProbeTargetBase {
  readonly kind: "http";
  readonly scheme: "HTTP" | "HTTPS";
  /** Path and query, always with its leading slash. The method, headers and body are the kubelet's own and pass through. */
  readonly path: string;
  /** Whether the probe declares its own `Host` header, which then passes through; else it becomes `<address>:<port>`. */
  readonly ownHostHeader: boolean;
}

export interface TcpProbeTarget extends ProbeTargetBase {
  readonly kind: "tcp";
  /** The kubelet's `periodSeconds`, >= 1: how often Envoy asks by itself. */
  readonly periodSeconds: number;
}

export interface GrpcProbeTarget extends ProbeTargetBase {
  readonly kind: "grpc";
  /** `grpc.health.v1` service name; empty for the whole server. */
  readonly service: string;
  readonly periodSeconds: number;
}

/** Where the application's own Prometheus metrics are; served again on the application port. */
export interface MetricsTarget {
  /** The path on the application port that stands for it. */
  readonly route: string;
  readonly scheme: "http" | "https";
  readonly port: number;
  /** Path and query with its leading slash. */
  readonly path: string;
}

/** How a sidecar finds and trusts its control plane (mode `mesh`). */
export interface ControlPlaneTarget {
  /** DNS name or IP address. */
  readonly host: string;
  readonly port: number;
  /** File of the projected service-account token. */
  readonly tokenPath: string;
  /** Folder holding `root.yaml`, an SDS file with the trust anchors, watched for changes. */
  readonly trustDirectory: string;
}

/** An OpenTelemetry collector that takes OTLP over gRPC. */
export interface TracingTarget {
  /** DNS name or IP address. */
  readonly host: string;
  readonly port: number;
  /** Share of requests traced, in percent, 0..100. */
  readonly samplingPercent: number;
}

export interface BootstrapInput {
  /** undefined: standalone, every listener is static. */
  readonly controlPlane: ControlPlaneTarget | undefined;
  readonly interceptionMode: InterceptionMode;
  /** The families to listen on, at least one; the first is that of the pod's main IP. */
  readonly ipFamilies: readonly IpFamily[];
  /** The mesh's trust domain, e.g. `cluster.local`. */
  readonly trustDomain: string;
  /** Workload name for the node's cluster and statistics, e.g. `web` of Deployment web. */
  readonly workload: string;
  /** Destination ports handled as plain TCP, without inspection (the server speaks first). */
  readonly opaquePorts: readonly PortRange[];
  readonly accessLog: AccessLogMode;
  /** Where spans go and how many; undefined: nothing is traced. */
  readonly tracing: TracingTarget | undefined;
  readonly probes: readonly ProbeTarget[];
  readonly metrics: MetricsTarget | undefined;
  /** Secret path on the health port that starts a graceful drain of inbound connections and answers when it is over. */
  readonly drainPath: string;
  /** How long that drain takes, in seconds, >= 0. */
  readonly drainSeconds: number;
}
