/**
 * Maps what goes wrong below the handler, in Fastify or in Node's HTTP parser, to an error of the catalogue and to the reason
 * it is counted under.
 */
import type { ErrorCode } from "../errors.ts";
import { OutriggerError } from "../errors.ts";
import type { AdmissionOutcome } from "./admission-outcome.ts";

/** A failed HTTP exchange. */
export interface HttpFailure {
  readonly error: OutriggerError;
  readonly outcome: AdmissionOutcome;
}

/** By the error's own code: Fastify's and ours. */
const known: Readonly<
  Record<string, readonly [ErrorCode, (AdmissionOutcome & { readonly result: "invalid" })["reason"]]>
> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["OUTRIGGER_REVIEW_TOO_LARGE", "body-too-large"],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["OUTRIGGER_REVIEW_MEDIA_TYPE", "wrong-media-type"],
  OUTRIGGER_REVIEW_MEDIA_TYPE: ["OUTRIGGER_REVIEW_MEDIA_TYPE", "wrong-media-type"],
  OUTRIGGER_CLIENT_UNAUTHENTICATED: ["OUTRIGGER_CLIENT_UNAUTHENTICATED", "unauthenticated"],
  OUTRIGGER_CLIENT_FORBIDDEN: ["OUTRIGGER_CLIENT_FORBIDDEN", "forbidden"],
  OUTRIGGER_PATH_UNKNOWN: ["OUTRIGGER_PATH_UNKNOWN", "unknown-path"],
  OUTRIGGER_METHOD_NOT_ALLOWED: ["OUTRIGGER_METHOD_NOT_ALLOWED", "wrong-method"],
};

/** What a thrown value means to the client: its own mistake where its status says so, else ours. */
export function httpFailure(thrown: unknown): HttpFailure {
  const { code, statusCode } = (thrown ?? {}) as { readonly code?: unknown; readonly statusCode?: unknown };
  const match = typeof code === "string" ? known[code] : undefined;
  if (match !== undefined) {
    const error = thrown instanceof OutriggerError ? thrown : new OutriggerError(match[0]);
    return { error, outcome: { result: "invalid", reason: match[1] } };
  }
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    const error = new OutriggerError("OUTRIGGER_REQUEST_INVALID", messageOf(thrown), { cause: thrown });
    return { error, outcome: { result: "invalid", reason: "broken-request" } };
  }
  return { error: OutriggerError.from(thrown), outcome: { result: "failed", reason: "internal-error" } };
}

function messageOf(thrown: unknown): string | undefined {
  return thrown instanceof Error ? thrown.message : undefined;
}
