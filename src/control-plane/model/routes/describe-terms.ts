/** The terms of requests in words, for the command line and tests. */
import type { FaultInjection } from "../traffic-policy.ts";
import type { RequestTerms, RetryTerms } from "./request-terms.ts";

/** None where all is as usual. */
export function describeTerms(terms: RequestTerms): readonly string[] {
  const { requestTimeoutMs, idleTimeoutMs, attemptTimeoutMs, retries, faultInjection } = terms;
  return [
    ...(requestTimeoutMs === 0 ? [] : [`at most ${seconds(requestTimeoutMs)}`]),
    ...(idleTimeoutMs === 0 ? [] : [`at most ${seconds(idleTimeoutMs)} of silence`]),
    ...(attemptTimeoutMs === 0 ? [] : [`at most ${seconds(attemptTimeoutMs)} for an attempt`]),
    ...(retries === undefined ? [] : [describeRetries(retries)]),
    ...(faultInjection === undefined ? [] : describeFaults(faultInjection)),
  ];
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1_000} s`;
}

/** `3 retries for reset, 503 (GET, PUT)`. */
function describeRetries({ attempts, conditions, statusCodes, methods }: RetryTerms): string {
  if (attempts === 0) return "no retries";
  const reasons = [...conditions, ...statusCodes].join(", ");
  return `${attempts} retries for ${reasons}${methods === undefined ? "" : ` (${methods.join(", ")})`}`;
}

function describeFaults({ headers, delay, abort }: FaultInjection): readonly string[] {
  const which = headers.length === 0 ? "" : ` with ${headers.map(({ name, value }) => `${name}: ${value}`).join(", ")}`;
  return [
    ...(delay === undefined ? [] : [`${delay.percent}% delayed by ${seconds(delay.durationMs)}${which}`]),
    ...(abort === undefined ? [] : [`${abort.percent}% answered ${describeStatus(abort)}${which}`]),
  ];
}

function describeStatus(abort: NonNullable<FaultInjection["abort"]>): string {
  return "httpStatus" in abort ? String(abort.httpStatus) : `gRPC status ${abort.grpcStatus}`;
}
