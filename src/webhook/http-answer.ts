/**
 * Answers to what cannot be answered with an AdmissionReview. The body is a `metav1.Status`, which client-go decodes and shows:
 * the message reaches the person at kubectl instead of "an error on the server".
 */
import type { OutriggerError } from "../errors.ts";

/** A complete HTTP answer with a JSON body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export const jsonMediaType = "application/json; charset=utf-8";

/** `metav1.StatusReason` by HTTP status. */
const statusReasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  408: "Timeout",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
};

/** The error as an HTTP answer: what happened and how to solve it in the message, the code as the cause's reason. */
export function httpError(error: OutriggerError): HttpAnswer {
  const status = error.httpStatus;
  const message = `outrigger: ${error.message}; ${error.fix}`;
  return {
    status,
    body: JSON.stringify({
      apiVersion: "v1",
      kind: "Status",
      metadata: {},
      status: "Failure",
      code: status,
      reason: statusReasons[status] ?? "InternalError",
      message,
      details: { causes: [{ reason: error.code, message: error.fix }] },
    }),
  };
}
