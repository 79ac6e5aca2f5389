/**
 * TrafficPolicies for tests of whoever reads them: one that says everything, and those that make no sense, each with what
 * the API server and our reader must say of it.
 */

export type PolicySpec = Readonly<Record<string, unknown>>;

export const apiVersion = "outrigger.dev/v1alpha1";

/** An object of the kind. */
export function trafficPolicy(name: string, namespace: string, spec: PolicySpec): object {
  return { apiVersion, kind: "TrafficPolicy", metadata: { name, namespace }, spec };
}

export const serviceTarget = { group: "", kind: "Service", name: "cart" } as const;
export const routeTarget = { group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "cart" } as const;

/** About a Service, with these groups. */
export function onService(groups: PolicySpec): PolicySpec {
  return { targetRefs: [serviceTarget], ...groups };
}

const hashKeys: readonly PolicySpec[] = [
  { header: { name: "X-User" }, maglev: { size: 1000 } },
  { cookie: { name: "session", path: "/shop", ttl: "0s" }, ring: { size: 4096 } },
  { cookie: { name: "session" } },
  { queryParameter: { name: "user id" } },
  { source: {} },
];

const healthProbes: readonly PolicySpec[] = [
  { http: { path: "/healthz", host: "cart.example", expectedStatuses: [{ from: 200, to: 204 }, { from: 404 }] } },
  { http: {} },
  { grpc: { service: "shop.Cart" } },
  { grpc: {} },
  { tcp: {} },
];

const requestGroups: PolicySpec = {
  timeouts: { request: "1m30s", idle: "0s" },
  retries: {
    conditions: ["connectFailure", "serverError", "unavailable"],
    statusCodes: [409, 429],
    attempts: 3,
    methods: ["GET", "POST"],
    perTryTimeout: "500ms",
    backOff: { base: "10ms", max: "1s" },
  },
  faultInjection: {
    headers: [
      { name: "X-Tester", value: "yes" },
      { name: "x-version", value: "v[12]", type: "RegularExpression" },
    ],
    delay: { duration: "2s", percent: 0.5 },
    abort: { httpStatus: 503, percent: 10 },
  },
};

/** Says all that one policy can say. */
export const everything: PolicySpec = {
  targetRefs: [serviceTarget, { kind: "Service", name: "cart", sectionName: "http" }],
  loadBalancer: {
    algorithm: "roundRobin",
    slowStart: { window: "30s", minWeightPercent: 5 },
    minHealthyPercent: 0,
  },
  circuitBreakers: { maxConnections: 100, maxPendingRequests: 10, maxRequests: 1000 },
  retryBudget: { percent: 25, minConcurrent: 1 },
  outlierDetection: {
    consecutiveErrors: 3,
    consecutiveGatewayErrors: 2,
    interval: "1s",
    ejectionTime: "10s",
    maxEjectionPercent: 66,
  },
  connectionPool: { connectTimeout: "1s", idleTimeout: "1h", maxRequestsPerConnection: 1000 },
  healthCheck: { ...healthProbes[0], interval: "5s", timeout: "2s", unhealthyThreshold: 2, healthyThreshold: 3 },
  locality: {
    prefer: "zone",
    failover: [{ from: "a", to: ["b", "c"] }],
    overprovisioningPercent: 200,
  },
  ...requestGroups,
  rateLimit: { requests: 600, per: "minute", burst: 20 },
};

/** All of them are good. */
export const sensible: readonly PolicySpec[] = [
  everything,
  { targetRefs: [routeTarget, { ...routeTarget, kind: "GRPCRoute", sectionName: "checkout" }], ...requestGroups },
  ...hashKeys.map((key) => onService({ loadBalancer: { algorithm: "consistentHash", consistentHash: key } })),
  ...healthProbes.map((probe) => onService({ healthCheck: probe })),
  onService({ loadBalancer: { algorithm: "random" } }),
  onService({ loadBalancer: { slowStart: { window: "1h" } } }),
  onService({ circuitBreakers: { maxRetries: 0 } }),
  onService({ outlierDetection: {} }),
  onService({ outlierDetection: { consecutiveErrors: 0, consecutiveGatewayErrors: 1 } }),
  onService({ locality: { prefer: "none" } }),
  onService({ retries: {} }),
  onService({ retries: { perTryTimeout: "1s" }, timeouts: { request: "0s" } }),
  onService({ faultInjection: { abort: { grpcStatus: "UNAVAILABLE" } } }),
  onService({ rateLimit: { requests: 1, per: "hour" } }),
];

export interface Senseless {
  readonly spec: PolicySpec;
  /** What the API server says of it. */
  readonly refused: RegExp;
  /** What our reader says of it, as a line for people. */
  readonly problem: RegExp;
}

const hash = (key: PolicySpec): PolicySpec =>
  onService({ loadBalancer: { algorithm: "consistentHash", consistentHash: key } });

/** Each breaks one rule that is about more than one value. */
export const senseless: readonly Senseless[] = [
  { spec: onService({}), refused: /the policy says nothing/, problem: /^spec: the policy says nothing/ },
  {
    spec: { targetRefs: [routeTarget], timeouts: { request: "1s" }, rateLimit: { requests: 1, per: "second" } },
    refused: /a target is a route; for routes there are timeouts, retries and faultInjection/,
    problem: /^spec.rateLimit: .*a target is a route; write a policy of its own/,
  },
  {
    spec: onService({ retryBudget: {}, circuitBreakers: { maxRetries: 1 } }),
    refused: /retryBudget and circuitBreakers.maxRetries exclude each other/,
    problem: /^spec.retryBudget: .*exclude each other/,
  },
  {
    spec: onService({ retries: { perTryTimeout: "2s" }, timeouts: { request: "1s" } }),
    refused: /retries.perTryTimeout is longer than timeouts.request/,
    problem: /^spec.retries.perTryTimeout: it is longer/,
  },
  {
    spec: { targetRefs: [serviceTarget, { kind: "Service", name: "cart" }], retries: {} },
    refused: /a target is there twice/,
    problem: /^spec.targetRefs\[1\]: the target is there twice/,
  },
  {
    spec: { targetRefs: [{ kind: "HTTPRoute", name: "cart" }], retries: {} },
    refused: /the group does not fit the kind/,
    problem: /^spec.targetRefs\[0\].group: "" is not the group of HTTPRoute; write "gateway.networking.k8s.io"/,
  },
  {
    spec: onService({ loadBalancer: { consistentHash: { source: {} } } }),
    refused: /consistentHash goes with algorithm: consistentHash/,
    problem: /^spec.loadBalancer.consistentHash: it is for another algorithm than leastRequest/,
  },
  {
    spec: onService({ loadBalancer: { algorithm: "consistentHash" } }),
    refused: /consistentHash goes with algorithm: consistentHash/,
    problem: /^spec.loadBalancer.consistentHash: the field is missing/,
  },
  {
    spec: onService({ loadBalancer: { algorithm: "random", slowStart: { window: "1s" } } }),
    refused: /this algorithm has no slow start/,
    problem: /^spec.loadBalancer.slowStart: random has no slow start/,
  },
  {
    spec: hash({ header: { name: "a" }, source: {} }),
    refused: /write exactly one of header, cookie, queryParameter and source/,
    problem: /consistentHash: header and source exclude each other/,
  },
  {
    spec: hash({}),
    refused: /write exactly one of header, cookie, queryParameter and source/,
    problem: /consistentHash: none of the alternatives is given/,
  },
  {
    spec: hash({ source: {}, maglev: { size: 7 }, ring: { size: 7 } }),
    refused: /maglev and ring exclude each other/,
    problem: /maglev and ring exclude each other/,
  },
  {
    spec: onService({ outlierDetection: { consecutiveErrors: 0 } }),
    refused: /no errors are counted/,
    problem: /^spec.outlierDetection: no errors are counted/,
  },
  {
    spec: onService({ healthCheck: { interval: "1s" } }),
    refused: /write exactly one of http, grpc and tcp/,
    problem: /^spec.healthCheck: none of the alternatives is given; write one of: http, grpc, tcp/,
  },
  {
    spec: onService({ healthCheck: { http: { expectedStatuses: [{ from: 300, to: 200 }] } } }),
    refused: /to is smaller than from/,
    problem: /expectedStatuses\[0\]: 200 comes before 300/,
  },
  {
    spec: onService({ locality: { failover: [{ from: "a", to: ["b", "a"] }] } }),
    refused: /a zone's failover cannot be the zone itself/,
    problem: /failover\[0\].to: a zone is there twice, or the clients' own/,
  },
  {
    spec: onService({ locality: { failover: [{ from: "a", to: ["b", "b"] }] } }),
    refused: /a zone is there twice/,
    problem: /failover\[0\].to: a zone is there twice/,
  },
  {
    spec: onService({
      locality: {
        failover: [
          { from: "a", to: ["b"] },
          { from: "a", to: ["c"] },
        ],
      },
    }),
    refused: /a zone is there twice/,
    problem: /failover\[1\].from: a is there twice/,
  },
  {
    spec: onService({ retries: { backOff: { base: "1s", max: "10ms" } } }),
    refused: /max is shorter than base/,
    problem: /backOff.max: it is shorter than the base/,
  },
  {
    spec: onService({ faultInjection: { headers: [{ name: "a", value: "b" }] } }),
    refused: /there is neither a delay nor an abort/,
    problem: /^spec.faultInjection: there is neither a delay nor an abort/,
  },
  {
    spec: onService({ faultInjection: { abort: { httpStatus: 500, grpcStatus: "INTERNAL" } } }),
    refused: /write exactly one of httpStatus and grpcStatus/,
    problem: /abort: httpStatus and grpcStatus exclude each other/,
  },
  {
    spec: onService({ retries: { perTryTimeout: "0s" } }),
    refused: /the duration must be longer than zero/,
    problem: /perTryTimeout: the duration is too short/,
  },
  {
    spec: onService({ timeouts: {} }),
    refused: /should have at least 1 properties/,
    problem: /^spec.timeouts: the group says nothing; write one of: request, idle/,
  },
  {
    spec: onService({ rateLimits: { requests: 1, per: "second" }, retries: {} }),
    refused: /unknown field "spec.rateLimits"/,
    problem: /^spec: the field "rateLimits" is unknown; did you mean rateLimit\?/,
  },
];
