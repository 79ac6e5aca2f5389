/**
 * The envelope of an AdmissionReview: found, and its version known, before anybody looks at what is asked.
 */
import type { JsonObject } from "../json-value.ts";
import type { MalformedReason, UnreadableReason } from "./admission-request.ts";
import { isJsonObject } from "../json-value.ts";

export type ReadReview =
  /** The uid is a non-empty text; nothing else of the request has been looked at. */
  { readonly kind: "request"; readonly uid: string; readonly request: JsonObject } | MalformedReview | UnreadableReview;

/** A review with a uid, but broken. */
export interface MalformedReview {
  readonly kind: "malformed";
  readonly uid: string;
  readonly reason: MalformedReason;
  readonly message: string;
}

/** No uid, or not JSON. */
export interface UnreadableReview {
  readonly kind: "unreadable";
  readonly reason: UnreadableReason;
  readonly message: string;
}

/** Reads one request body; never throws. */
export function readReview(body: Buffer): ReadReview {
  let review: unknown;
  try {
    review = JSON.parse(body.toString("utf8"));
  } catch (error) {
    return unreadable("malformed-json", error instanceof Error ? error.message : "the body is not JSON");
  }
  if (!isJsonObject(review)) return unreadable("missing-request", "the body is not a JSON object");
  const request = review["request"];
  if (!isJsonObject(request)) return unreadable("missing-request", "the review has no request");
  const uid = request["uid"];
  if (typeof uid !== "string" || uid === "") return unreadable("missing-uid", "request.uid is not a non-empty string");
  if (review["kind"] !== "AdmissionReview") {
    return { kind: "malformed", uid, reason: "wrong-kind", message: "kind is not AdmissionReview" };
  }
  if (review["apiVersion"] !== "admission.k8s.io/v1") {
    return { kind: "malformed", uid, reason: "wrong-version", message: "apiVersion is not admission.k8s.io/v1" };
  }
  return { kind: "request", uid, request };
}

function unreadable(reason: UnreadableReason, message: string): UnreadableReview {
  return { kind: "unreadable", reason, message };
}
