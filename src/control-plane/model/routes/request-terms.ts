/**
 * On what terms a rule's requests are served: for how long, how often they are tried, what faults they meet. A rule says some
 * of it itself, as Gateway API has it; TrafficPolicies of the rule, its route, the Service's port and the Service say the rest.
 * Of policies, the first in this order that has a group gives the whole group; what the rule says itself wins over them field
 * by field, as its fields are others than a policy's.
 */
import type { RetryRule, RoutedPort, RouteRule } from "../route.ts";
import type { FaultInjection, RequestPolicy, Retries, RetryCondition } from "../traffic-policy.ts";

export interface RequestTerms {
  /** For a whole request with its repetitions, milliseconds; 0: no limit. */
  readonly requestTimeoutMs: number;
  /** Without a byte in either direction, milliseconds; 0: no limit. */
  readonly idleTimeoutMs: number;
  /** For one attempt, milliseconds; 0: no limit of its own. */
  readonly attemptTimeoutMs: number;
  /** Undefined: nobody says anything, and only what certainly no application has seen is tried again. */
  readonly retries: RetryTerms | undefined;
  readonly faultInjection: FaultInjection | undefined;
}

/** As in {@link Retries}. */
export interface RetryTerms extends Pick<Retries, "attempts" | "conditions" | "statusCodes" | "methods"> {
  /** Undefined: as is usual for retries that somebody has asked for. */
  readonly backOff: { readonly baseMs: number; readonly maxMs: number | undefined } | undefined;
}

/** @param port of which the rule is one */
export function requestTerms(rule: RouteRule, port: Pick<RoutedPort, "requests">): RequestTerms {
  const policy = <G extends keyof RequestPolicy>(group: G): RequestPolicy[G] | undefined =>
    rule.requests?.[group] ?? port.requests?.[group];
  const [timeouts, retries] = [policy("timeouts"), policy("retries")];
  return {
    requestTimeoutMs: rule.requestTimeoutMs ?? timeouts?.requestMs ?? 0,
    idleTimeoutMs: timeouts?.idleMs ?? 0,
    attemptTimeoutMs: rule.backendTimeoutMs ?? retries?.perTryTimeoutMs ?? 0,
    retries: retryTerms(rule.retry, retries),
    faultInjection: policy("faultInjection"),
  };
}

/** As many as are tried by themselves where nobody says anything. */
const usualAttempts = 2;

/** What a route's own retries are for: it has no field for it, and means whatever goes wrong before an answer comes. */
const brokenOff: readonly RetryCondition[] = ["reset"];

function retryTerms(own: RetryRule | undefined, policy: Retries | undefined): RetryTerms | undefined {
  if (own === undefined) return policy;
  return {
    attempts: own.attempts ?? policy?.attempts ?? usualAttempts,
    conditions: policy?.conditions ?? brokenOff,
    statusCodes: own.codes.length > 0 ? own.codes : (policy?.statusCodes ?? []),
    methods: policy?.methods,
    backOff: own.backoffMs === undefined ? policy?.backOff : ownBackOff(own.backoffMs),
  };
}

/**
 * A policy's base is the longest first wait, each length up to it being as likely; a route's back-off is the least wait, which
 * cannot be had, so that it becomes the mean of the first.
 */
function ownBackOff(backoffMs: number): RetryTerms["backOff"] {
  return { baseMs: Math.max(1, 2 * backoffMs), maxMs: undefined };
}
