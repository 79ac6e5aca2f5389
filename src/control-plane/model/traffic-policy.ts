/**
 * What a TrafficPolicy decides, in groups that are complete in themselves: a group that is there has a value for each of its
 * fields, and of two policies that say something about the same traffic, one gives the whole group. Three kinds of groups,
 * by who carries them out: the client's sidecar for each connection to a Service's port, the client's sidecar for each
 * request, and the sidecar of each replica.
 */

import type { LocalityPreference } from "./locality-preference.ts";

/** Which replica a request goes to. */
export interface LoadBalancer {
  readonly algorithm: Algorithm;
  /** Where fewer than this share of the replicas is healthy, all are used; percent. */
  readonly minHealthyPercent: number;
}

export type Algorithm =
  | { readonly kind: "roundRobin" | "leastRequest"; readonly slowStart: SlowStart | undefined }
  | { readonly kind: "random" }
  | { readonly kind: "consistentHash"; readonly key: HashKey; readonly table: HashTable };

/** A replica that has just come gets its share little by little. */
export interface SlowStart {
  readonly windowMs: number;
  /** What it begins with, percent of its share. */
  readonly minWeightPercent: number;
}

/** Requests that are equal in this go to the same replica. */
export type HashKey =
  | { readonly kind: "header" | "queryParameter"; readonly name: string }
  | {
      readonly kind: "cookie";
      readonly name: string;
      readonly path: string;
      /** Of a cookie that is made where there is none: 0: as long as the client's session; undefined: none is made. */
      readonly ttlMs: number | undefined;
    }
  | { readonly kind: "source" };

/** A Maglev table of a prime number of entries, or a ring of at least so many. */
export interface HashTable {
  readonly kind: "maglev" | "ring";
  readonly size: number;
}

/** Of each client's sidecar, for all replicas together; undefined: no limit. */
export interface CircuitBreakers {
  readonly maxConnections: number | undefined;
  readonly maxPendingRequests: number | undefined;
  readonly maxRequests: number | undefined;
  readonly maxRetries: number | undefined;
}

/** How many of the requests under way may be repetitions. */
export interface RetryBudget {
  readonly percent: number;
  /** Allowed in any case. */
  readonly minConcurrent: number;
}

/** When a replica that fails is left out for a while. */
export interface OutlierDetection {
  /** In a row: answers 5xx, broken and refused connections; 0: not counted. */
  readonly consecutiveErrors: number;
  /** In a row: answers 502, 503 and 504, broken and refused connections; 0: not counted. */
  readonly consecutiveGatewayErrors: number;
  readonly intervalMs: number;
  /** For the first time; so often more as it has been left out. */
  readonly ejectionTimeMs: number;
  readonly maxEjectionPercent: number;
}

export interface ConnectionPool {
  readonly connectTimeoutMs: number | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly maxRequestsPerConnection: number | undefined;
}

/** Whether a replica is asked how it is before and while it is used. */
export interface HealthCheck {
  readonly probe: HealthProbe;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly unhealthyThreshold: number;
  readonly healthyThreshold: number;
}

export type HealthProbe =
  | {
      readonly kind: "http";
      readonly path: string;
      /** Undefined: the Service's name. */
      readonly host: string | undefined;
      /** Inclusive. */
      readonly expectedStatuses: readonly { readonly from: number; readonly to: number }[];
    }
  | { readonly kind: "grpc"; readonly service: string }
  | { readonly kind: "tcp" };

/** Which zones' replicas are used by the clients of a zone. */
export interface Locality extends LocalityPreference {
  /** A zone stands in for itself as long as its healthy share times this is at least 100; percent. */
  readonly overprovisioningPercent: number;
}

/** 0: no limit; undefined: not said. */
export interface Timeouts {
  /** For a whole request with its repetitions. */
  readonly requestMs: number | undefined;
  /** Without a byte in either direction. */
  readonly idleMs: number | undefined;
}

/** `unseen`: those in which certainly no application has seen the request. */
export const retryConditions = {
  connectFailure: "unseen",
  refusedStream: "unseen",
  resetBeforeRequest: "unseen",
  reset: "seen",
  serverError: "seen",
  gatewayError: "seen",
  cancelled: "grpc",
  deadlineExceeded: "grpc",
  internal: "grpc",
  resourceExhausted: "grpc",
  unavailable: "grpc",
} as const;

export type RetryCondition = keyof typeof retryConditions;

export interface Retries {
  /** Beyond the first. */
  readonly attempts: number;
  readonly conditions: readonly RetryCondition[];
  /** HTTP status codes beside {@link conditions}. */
  readonly statusCodes: readonly number[];
  /** Of requests that an application may have seen; undefined: all. */
  readonly methods: readonly string[] | undefined;
  readonly perTryTimeoutMs: number | undefined;
  readonly backOff: BackOff;
}

/** The wait before the n-th repetition is drawn from 0 to `baseMs` × (2ⁿ − 1), at most `maxMs`. */
export interface BackOff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Faults that clients are to meet, although nothing is wrong. */
export interface FaultInjection {
  /** Only requests that match all of these; names in lower case. */
  readonly headers: readonly FaultHeader[];
  readonly delay: { readonly durationMs: number; readonly percent: number } | undefined;
  readonly abort: FaultAbort | undefined;
}

export interface FaultHeader {
  readonly kind: "exact" | "regex";
  readonly name: string;
  readonly value: string;
}

/** A gRPC status by its number. */
export type FaultAbort = { readonly percent: number } & (
  { readonly httpStatus: number } | { readonly grpcStatus: number }
);

/** How many requests each replica takes. */
export interface RateLimit {
  readonly requests: number;
  readonly perMs: number;
  /** At most at once, after a pause. */
  readonly burst: number;
}

/** Carried out for each connection to a Service's port. */
export interface ConnectionPolicy {
  readonly loadBalancer: LoadBalancer | undefined;
  readonly circuitBreakers: CircuitBreakers | undefined;
  readonly retryBudget: RetryBudget | undefined;
  readonly outlierDetection: OutlierDetection | undefined;
  readonly connectionPool: ConnectionPool | undefined;
  readonly healthCheck: HealthCheck | undefined;
  readonly locality: Locality | undefined;
}

/** Carried out for each request. */
export interface RequestPolicy {
  readonly timeouts: Timeouts | undefined;
  readonly retries: Retries | undefined;
  readonly faultInjection: FaultInjection | undefined;
}

/** Carried out by each replica's own sidecar. */
export interface ReplicaPolicy {
  readonly rateLimit: RateLimit | undefined;
}

export interface PolicyGroups extends ConnectionPolicy, RequestPolicy, ReplicaPolicy {}

/** What a policy is about. */
export interface PolicyTarget {
  readonly kind: "Service" | "HTTPRoute" | "GRPCRoute";
  /** In the policy's own namespace. */
  readonly name: string;
  /** A port of a Service, or a rule of a route, by name; undefined: all. */
  readonly section: string | undefined;
}

const connectionGroups = [
  "loadBalancer",
  "circuitBreakers",
  "retryBudget",
  "outlierDetection",
  "connectionPool",
  "healthCheck",
  "locality",
] as const satisfies readonly (keyof ConnectionPolicy)[];
const requestGroups = ["timeouts", "retries", "faultInjection"] as const satisfies readonly (keyof RequestPolicy)[];

/** The names of all groups, as policies write them. */
export const groupNames: readonly (keyof PolicyGroups)[] = [...connectionGroups, ...requestGroups, "rateLimit"];

/** The names of the groups that a route may have. */
export const requestGroupNames: readonly (keyof PolicyGroups)[] = requestGroups;

/** What applies where several policies do: each group from the first that has it. */
export function mergeGroups(mostSpecificFirst: readonly Partial<PolicyGroups>[]): PolicyGroups {
  const merged = groupNames.map((name) => [name, mostSpecificFirst.find((groups) => groups[name])?.[name]] as const);
  return Object.fromEntries(merged) as unknown as PolicyGroups;
}

/** The groups that concern connections; undefined where there is none. */
export function connectionPolicy(groups: PolicyGroups): ConnectionPolicy | undefined {
  return pick(groups, connectionGroups);
}

/** The groups that concern requests; undefined where there is none. */
export function requestPolicy(groups: PolicyGroups): RequestPolicy | undefined {
  return pick(groups, requestGroups);
}

function pick<const K extends keyof PolicyGroups>(
  groups: PolicyGroups,
  names: readonly K[],
): Pick<PolicyGroups, K> | undefined {
  if (names.every((name) => groups[name] === undefined)) return undefined;
  return Object.fromEntries(names.map((name) => [name, groups[name]])) as Pick<PolicyGroups, K>;
}
