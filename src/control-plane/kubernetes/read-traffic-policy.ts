/**
 * Reads a TrafficPolicy. The CRD's schema has checked one that comes from an API server; one from a file, or from an API
 * server with an older CRD, may hold anything. What cannot be understood makes the whole policy void: half a policy, a
 * retry without its budget, may do what its writer has just ruled out.
 */
import type { TrafficPolicyRecord } from "../model/cluster-object.ts";
import type { PolicyGroups, PolicyTarget } from "../model/traffic-policy.ts";
import { groupNames, mergeGroups, requestGroupNames } from "../model/traffic-policy.ts";
import type { Field } from "./field.ts";
import { hasOnly } from "./known-fields.ts";
import { readNameAndAge } from "./read-metadata.ts";
import {
  readCircuitBreakers,
  readConnectionPool,
  readHealthCheck,
  readOutlierDetection,
  readRetryBudget,
} from "./traffic-policy/read-connection-groups.ts";
import { readLoadBalancer, readLocality } from "./traffic-policy/read-load-balancer.ts";
import { readFaultInjection, readRateLimit, readRetries, readTimeouts } from "./traffic-policy/read-request-groups.ts";
import { readTargets } from "./traffic-policy/read-targets.ts";

const readers: { readonly [G in keyof PolicyGroups]: (field: Field) => PolicyGroups[G] } = {
  loadBalancer: readLoadBalancer,
  circuitBreakers: readCircuitBreakers,
  retryBudget: readRetryBudget,
  outlierDetection: readOutlierDetection,
  connectionPool: readConnectionPool,
  healthCheck: readHealthCheck,
  locality: readLocality,
  timeouts: readTimeouts,
  retries: readRetries,
  faultInjection: readFaultInjection,
  rateLimit: readRateLimit,
};

export function readTrafficPolicy(object: Field): TrafficPolicyRecord | undefined {
  const spec = object.at("spec");
  const targets = spec.at("targetRefs").attempt(readTargets);
  const groups = spec.attempt(() => {
    hasOnly(spec, ["targetRefs", ...groupNames]);
    const read = readGroups(spec);
    checkTogether(spec, targets.value, read);
    return read;
  });
  // Nobody can be told of it if it does not say what it is about.
  if (!targets.sound) return undefined;
  return {
    ...readNameAndAge(object),
    targets: targets.value,
    refused: !groups.sound,
    groups: groups.sound ? groups.value : mergeGroups([]),
  };
}

function readGroups(spec: Field): PolicyGroups {
  return Object.fromEntries(groupNames.map((name) => [name, readers[name](spec.at(name))])) as unknown as PolicyGroups;
}

function checkTogether(spec: Field, targets: readonly PolicyTarget[], groups: PolicyGroups): void {
  const present = groupNames.filter((name) => !spec.at(name).absent);
  if (present.length === 0) spec.report("the policy says nothing", `write one of: ${groupNames.join(", ")}`);
  if (targets.some(({ kind }) => kind !== "Service")) {
    for (const name of present.filter((name) => !requestGroupNames.includes(name))) {
      const hint = `write a policy of its own for the Service; for a route there are: ${requestGroupNames.join(", ")}`;
      spec.at(name).report("it is for a Service's replicas, and a target is a route", hint);
    }
  }
  if (groups.retryBudget !== undefined && groups.circuitBreakers?.maxRetries !== undefined) {
    spec.at("retryBudget").report("retryBudget and circuitBreakers.maxRetries exclude each other", "keep one of them");
  }
  const [perTry = 0, request = 0] = [groups.retries?.perTryTimeoutMs, groups.timeouts?.requestMs];
  if (request > 0 && perTry > request) {
    const hint = "write a shorter one, or a longer timeouts.request";
    spec.at("retries").at("perTryTimeout").report("it is longer than timeouts.request", hint);
  }
}
