/** Reads what the sidecars of clients keep to with the connections to a Service. */
import type {
  CircuitBreakers,
  ConnectionPool,
  HealthCheck,
  HealthProbe,
  OutlierDetection,
  RetryBudget,
} from "../../model/traffic-policy.ts";
import type { Field } from "../field.ts";
import {
  onlyOneOf,
  readPositiveDuration,
  readFullGroup,
  readGroup,
  readInteger,
  readItems,
  readPercent,
  readText,
  requireField,
} from "./values.ts";

/** 2³² − 1 means "no limit" to Envoy, so the largest that is one is far below. */
const count = { least: 1, most: 1_000_000_000 } as const;
const countOrNone = { ...count, least: 0 } as const;

export function readCircuitBreakers(field: Field): CircuitBreakers | undefined {
  const names = ["maxConnections", "maxPendingRequests", "maxRequests", "maxRetries"];
  return readFullGroup(field, names, () => ({
    maxConnections: readInteger(field.at("maxConnections"), count),
    maxPendingRequests: readInteger(field.at("maxPendingRequests"), count),
    maxRequests: readInteger(field.at("maxRequests"), count),
    maxRetries: readInteger(field.at("maxRetries"), countOrNone),
  }));
}

export function readRetryBudget(field: Field): RetryBudget | undefined {
  return readGroup(field, ["percent", "minConcurrent"], () => ({
    percent: readPercent(field.at("percent")) ?? 20,
    minConcurrent: readInteger(field.at("minConcurrent"), countOrNone) ?? 3,
  }));
}

export function readOutlierDetection(field: Field): OutlierDetection | undefined {
  const names = [
    "consecutiveErrors",
    "consecutiveGatewayErrors",
    "interval",
    "ejectionTime",
    "maxEjectionPercent",
  ] as const;
  return readGroup(field, names, () => {
    const consecutiveErrors = readInteger(field.at("consecutiveErrors"), countOrNone) ?? 5;
    const consecutiveGatewayErrors = readInteger(field.at("consecutiveGatewayErrors"), countOrNone) ?? 0;
    if (consecutiveErrors + consecutiveGatewayErrors === 0) {
      field.report("no errors are counted", "write a number for consecutiveErrors or consecutiveGatewayErrors");
    }
    return {
      consecutiveErrors,
      consecutiveGatewayErrors,
      intervalMs: readPositiveDuration(field.at("interval")) ?? 10_000,
      ejectionTimeMs: readPositiveDuration(field.at("ejectionTime")) ?? 30_000,
      maxEjectionPercent: readPercent(field.at("maxEjectionPercent")) ?? 50,
    };
  });
}

export function readConnectionPool(field: Field): ConnectionPool | undefined {
  return readFullGroup(field, ["connectTimeout", "idleTimeout", "maxRequestsPerConnection"], () => ({
    connectTimeoutMs: readPositiveDuration(field.at("connectTimeout")),
    idleTimeoutMs: readPositiveDuration(field.at("idleTimeout")),
    maxRequestsPerConnection: readInteger(field.at("maxRequestsPerConnection"), count),
  }));
}

const probes = ["http", "grpc", "tcp"] as const;
const threshold = { least: 1, most: 1_000 } as const;

export function readHealthCheck(field: Field): HealthCheck | undefined {
  const names = [...probes, "interval", "timeout", "unhealthyThreshold", "healthyThreshold"];
  return readGroup(field, names, () => ({
    probe: readProbe(field),
    intervalMs: readPositiveDuration(field.at("interval")) ?? 10_000,
    timeoutMs: readPositiveDuration(field.at("timeout")) ?? 1_000,
    unhealthyThreshold: readInteger(field.at("unhealthyThreshold"), threshold) ?? 3,
    healthyThreshold: readInteger(field.at("healthyThreshold"), threshold) ?? 1,
  }));
}

function readProbe(field: Field): HealthProbe {
  const kind = onlyOneOf(field, probes) ?? "tcp";
  const probe = field.at(kind);
  if (kind === "http") return { kind, ...readHttpProbe(probe) };
  readGroup(probe, kind === "grpc" ? ["service"] : [], () => probe.at("service"));
  return kind === "tcp" ? { kind } : { kind, service: readText(probe.at("service"), 1024) ?? "" };
}

const status = { least: 100, most: 599 } as const;

function readHttpProbe(field: Field): Omit<HealthProbe & { readonly kind: "http" }, "kind"> {
  readGroup(field, ["path", "host", "expectedStatuses"], () => undefined);
  const statuses = readItems(field.at("expectedStatuses"), 16, readStatuses);
  return {
    path: readPath(field.at("path")),
    host: readText(field.at("host"), 253),
    expectedStatuses: statuses.length > 0 ? statuses : [{ from: 200, to: 299 }],
  };
}

function readPath(field: Field): string {
  const path = readText(field, 1024) ?? "/";
  if (!path.startsWith("/")) field.report("the path does not begin with /", "write for instance /healthz");
  return path;
}

function readStatuses(field: Field): { readonly from: number; readonly to: number } {
  readGroup(field, ["from", "to"], () => undefined);
  const from = readInteger(requireField(field.at("from"), "write the first status"), status) ?? 200;
  const to = readInteger(field.at("to"), status) ?? from;
  if (to < from) field.report(`${to} comes before ${from}`, "write the smaller number first");
  return { from, to };
}
