/** When a request is tried again, and how long one attempt may take. */
import { extension, seconds } from "../../../envoy/resource.ts";
import type { RequestTerms, RetryTerms } from "../../model/routes/request-terms.ts";
import type { RetryCondition } from "../../model/traffic-policy.ts";
import { marked, markedAnswers } from "../unseen-requests.ts";

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
 * Tries another endpoint where the request has certainly not reached the application: the connection failed, or that of the
 * server's sidecar to its application; the server refused the stream before looking at it; or the connection broke before
 * the headers were out.
 */
export const retryUnseen = {
  retry_on: `connect-failure,${marked},refused-stream,reset-before-request`,
  ...markedAnswers,
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

/** What Envoy calls them. */
const conditionNames: Readonly<Record<RetryCondition, string>> = {
  connectFailure: `connect-failure,${marked}`,
  refusedStream: "refused-stream",
  resetBeforeRequest: "reset-before-request",
  reset: `reset,${marked}`,
  serverError: "5xx",
  gatewayError: "gateway-error",
  cancelled: "cancelled",
  deadlineExceeded: "deadline-exceeded",
  internal: "internal",
  resourceExhausted: "resource-exhausted",
  unavailable: "unavailable",
};

const never: Fields = { num_retries: 0 };

function backOff(terms: RetryTerms["backOff"]): Fields {
  if (terms === undefined) return {};
  const { baseMs, maxMs } = terms;
  const max = maxMs === undefined ? {} : { max_interval: duration(maxMs) };
  return { retry_back_off: { base_interval: duration(baseMs), ...max } };
}

/** What somebody asks for may reach an application twice: that is their choice. */
function retryAsTold({ attempts, conditions, statusCodes, backOff: wait }: RetryTerms): Fields {
  const coded = statusCodes.length > 0;
  const on = new Set([
    ...conditions.flatMap((condition) => conditionNames[condition].split(",")),
    ...(coded ? ["retriable-status-codes"] : []),
  ]);
  if (attempts === 0 || on.size === 0) return never;
  return {
    retry_on: [...on].join(","),
    ...(on.has(marked) ? markedAnswers : {}),
    ...(coded ? { retriable_status_codes: statusCodes } : {}),
    num_retries: attempts,
    ...backOff(wait),
    ...elsewhere,
  };
}

/** A `RetryPolicy`; undefined where nobody has anything to say, and {@link retryUnseen} applies. */
export function retryPolicy({
  retries,
  attemptTimeoutMs,
}: Pick<RequestTerms, "retries" | "attemptTimeoutMs">): Fields | undefined {
  const limited = attemptTimeoutMs > 0;
  if (retries === undefined && !limited) return undefined;
  return {
    ...(retries === undefined ? retryUnseen : retryAsTold(retries)),
    ...(limited ? { per_try_timeout: duration(attemptTimeoutMs) } : {}),
  };
}
