/**
 * Bootstrap inputs for tests: a plain pod's, and the probes it may have.
 */
import type {
  BootstrapInput,
  GrpcProbeTarget,
  HttpProbeTarget,
  TcpProbeTarget,
} from "../../../src/envoy/bootstrap-input.ts";

/** What the kubelet puts in place of the references. */
export const podEnvironment = {
  POD_IP: "10.77.0.2",
  POD_NAME: "web-6f7c9d-x2v5q",
  POD_NAMESPACE: "shop",
  SERVICE_ACCOUNT: "web",
  NODE_NAME: "node-1",
};

/** The input of a standalone sidecar with nothing special, and what the test changes of it. */
export function bootstrapInput(changed: Partial<BootstrapInput> = {}): BootstrapInput {
  return {
    controlPlane: undefined,
    interceptionMode: "redirect",
    ipFamilies: ["IPv4"],
    trustDomain: "cluster.local",
    workload: "web",
    opaquePorts: [],
    accessLog: "off",
    tracing: undefined,
    probes: [],
    metrics: undefined,
    drainPath: "/drain/0123456789abcdef",
    drainSeconds: 5,
    ...changed,
  };
}

export function httpProbe(changed: Partial<HttpProbeTarget> = {}): HttpProbeTarget {
  return {
    kind: "http",
    route: "/app-health/web/readyz",
    host: undefined,
    port: 8080,
    timeoutSeconds: 1,
    scheme: "HTTP",
    path: "/health",
    ownHostHeader: false,
    ...changed,
  };
}

export function tcpProbe(changed: Partial<TcpProbeTarget> = {}): TcpProbeTarget {
  return {
    kind: "tcp",
    route: "/app-health/db/readyz",
    host: undefined,
    port: 3306,
    timeoutSeconds: 1,
    periodSeconds: 10,
    ...changed,
  };
}

export function grpcProbe(changed: Partial<GrpcProbeTarget> = {}): GrpcProbeTarget {
  return {
    kind: "grpc",
    route: "/app-health/cart/readyz",
    host: undefined,
    port: 8082,
    timeoutSeconds: 1,
    periodSeconds: 10,
    service: "",
    ...changed,
  };
}
