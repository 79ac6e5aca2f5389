/** What TrafficPolicies say of the connections to a Service, as fields of its clusters. */
import type { ServiceDestination } from "../../model/destination.ts";
import { circuitBreakers } from "./circuit-breakers.ts";
import { healthChecks } from "./health-check.ts";
import { loadBalancing, requestHash } from "./load-balancer.ts";
import { outlierDetection } from "./outlier-detection.ts";
import { milliseconds } from "./values.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a policy may change of a Service's cluster. */
export interface PolicyFields {
  /** Undefined: as is usual. */
  readonly connectTimeout: string | undefined;
  readonly cluster: Fields;
  /** Of requests. */
  readonly http: HttpPolicyFields;
}

export interface HttpPolicyFields {
  /** How long an unused connection is kept; undefined: as is usual. */
  readonly idleTimeout: string | undefined;
  /** Fields of the common HTTP options. */
  readonly common: Fields;
  /** Fields of the upstream HTTP options. */
  readonly options: Fields;
}

/** Of a Service's port, or of whatever no policy can be about. */
export function connectionPolicyFields(destination: ServiceDestination | undefined): PolicyFields {
  const balancing = destination?.balancing;
  const pool = balancing?.connectionPool;
  return {
    connectTimeout: pool?.connectTimeoutMs === undefined ? undefined : milliseconds(pool.connectTimeoutMs),
    cluster: {
      ...loadBalancing(destination),
      ...circuitBreakers(balancing?.circuitBreakers, balancing?.retryBudget),
      ...outlierDetection(balancing?.outlierDetection),
      ...(destination === undefined ? {} : healthChecks(balancing?.healthCheck, checkedPort(destination))),
    },
    http: {
      idleTimeout: pool?.idleTimeoutMs === undefined ? undefined : milliseconds(pool.idleTimeoutMs),
      common:
        pool?.maxRequestsPerConnection === undefined
          ? {}
          : { max_requests_per_connection: pool.maxRequestsPerConnection },
      options: requestHash(balancing?.loadBalancer),
    },
  };
}

function checkedPort({ namespace, service, protocol }: ServiceDestination): Parameters<typeof healthChecks>[1] {
  return { host: `${service}.${namespace}`, protocol };
}
