/** How a cluster chooses the replica for a request or a connection. */
import { extension, seconds } from "../../../envoy/resource.ts";
import type { ServiceDestination } from "../../model/destination.ts";
import type { HashKey, HashTable, LoadBalancer, SlowStart } from "../../model/traffic-policy.ts";
import { stayWithOneEndpoint } from "../session-affinity.ts";
import { heedWeights } from "../tcp-routes/split-cluster.ts";
import { milliseconds } from "./values.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The less busy one of two: no replica needs to be known to be slow. */
const usual: Fields = { lb_policy: "LEAST_REQUEST" };

function slowStart(policy: SlowStart | undefined): Fields {
  if (policy === undefined) return {};
  const { windowMs, minWeightPercent } = policy;
  return {
    slow_start_config: {
      slow_start_window: milliseconds(windowMs),
      min_weight_percent: { value: minWeightPercent },
    },
  };
}

const policies = "envoy.extensions.load_balancing_policies";

/** Only the balancer itself can tell connections apart; requests have more to say, and need to be answered with cookies. */
function consistentHash(key: HashKey, { kind, size }: HashTable): Fields {
  const own = key.kind === "source" ? { consistent_hashing_lb_config: { hash_policy: [hashPolicy(key)] } } : {};
  const config =
    kind === "maglev"
      ? extension("maglev", `${policies}.maglev.v3.Maglev`, { table_size: size, ...own })
      : extension("ring-hash", `${policies}.ring_hash.v3.RingHash`, { minimum_ring_size: size, ...own });
  return { load_balancing_policy: { policies: [{ typed_extension_config: config }] } };
}

function algorithm({ algorithm: chosen }: LoadBalancer): Fields {
  switch (chosen.kind) {
    case "roundRobin":
      return { lb_policy: "ROUND_ROBIN", round_robin_lb_config: slowStart(chosen.slowStart) };
    case "leastRequest":
      return { ...usual, least_request_lb_config: slowStart(chosen.slowStart) };
    case "random":
      return { lb_policy: "RANDOM" };
    case "consistentHash":
      return consistentHash(chosen.key, chosen.table);
  }
}

/** Cluster fields; where no policy says anything, the Service's own session affinity counts. */
export function loadBalancing(destination: ServiceDestination | undefined): Fields {
  const fields = balancingOf(destination);
  return destination?.shares === undefined ? fields : heedWeights(fields);
}

function balancingOf(destination: ServiceDestination | undefined): Fields {
  const policy = destination?.balancing?.loadBalancer;
  if (policy === undefined) return destination?.sticky === true ? stayWithOneEndpoint : usual;
  return {
    ...algorithm(policy),
    common_lb_config: { healthy_panic_threshold: { value: policy.minHealthyPercent } },
  };
}

function hashPolicy(key: HashKey): Fields {
  switch (key.kind) {
    case "header":
      return { header: { header_name: key.name } };
    case "queryParameter":
      return { query_parameter: { name: key.name } };
    case "source":
      return { connection_properties: { source_ip: true } };
    case "cookie": {
      const { name, path, ttlMs } = key;
      // Envoy makes no cookie where it is told no time, and one for the session where it is told zero.
      return { cookie: { name, path, ...(ttlMs === undefined ? {} : { ttl: seconds(Math.ceil(ttlMs / 1000)) }) } };
    }
  }
}

/** Fields of a cluster's HTTP options: what requests are told apart by, whichever route has led them here. */
export function requestHash(policy: LoadBalancer | undefined): Fields {
  if (policy?.algorithm.kind !== "consistentHash" || policy.algorithm.key.kind === "source") return {};
  return { hash_policy: [hashPolicy(policy.algorithm.key)] };
}
