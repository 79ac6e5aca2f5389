/** When a request is tried again, and how long one attempt may take. */
import { extension, seconds } from "../../../envoy/resource.ts";
import type { RetryRule, RouteRule } from "../../model/route.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The next attempt goes to another endpoint; where there is no other, to the same. Around a hash ring, the next place may well
 * be the same endpoint's, several times in a row.
 */
const elsewhere = {
  retry_host_predicate: [
    extension(
      "envoy.retry_host_predicates.previous_hosts",
      "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
    ),
  ],
  host_selection_retry_max_attempts: 20,
} as const;

/**
 * Tries another endpoint where the request has certainly not reached the application: the connection failed, the server
 * refused the stream before looking at it, or the connection broke before the headers were out.
 */
export const retryUnseen = {
  retry_on: "connect-failure,refused-stream,reset-before-request",
  num_retries: 2,
  // Envoy's default waits up to 25 ms, then more: the next endpoint has done nothing to be spared.
  retry_back_off: { base_interval: "0.005s", max_interval: "0.050s" },
  ...elsewhere,
} as const;

const thousandth = 1_000;

/** A time as Envoy takes it. */
export function duration(ms: number): string {
  return seconds(ms / thousandth);
}

/**
 * What a route asks for itself may reach an application twice: that is its author's choice. Envoy waits a random time of up to
 * the interval, and twice as long each further time; so that the wait asked for is the mean of the first.
 */
function retryAsTold({ attempts, codes, backoffMs }: RetryRule): Fields {
  return {
    retry_on: codes.length > 0 ? "reset,retriable-status-codes" : "reset",
    ...(codes.length > 0 ? { retriable_status_codes: codes } : {}),
    num_retries: attempts,
    ...(backoffMs === undefined ? {} : { retry_back_off: { base_interval: duration(Math.max(1, 2 * backoffMs)) } }),
    ...elsewhere,
  };
}

/** A `RetryPolicy`; undefined where a rule has nothing to say, and {@link retryUnseen} applies. */
export function retryPolicy({
  retry,
  backendTimeoutMs,
}: Pick<RouteRule, "retry" | "backendTimeoutMs">): Fields | undefined {
  const limited = backendTimeoutMs !== undefined && backendTimeoutMs > 0;
  if (retry === undefined && !limited) return undefined;
  return {
    ...(retry === undefined ? retryUnseen : retryAsTold(retry)),
    ...(limited ? { per_try_timeout: duration(backendTimeoutMs) } : {}),
  };
}
