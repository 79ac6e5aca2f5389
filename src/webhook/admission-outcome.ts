/**
 * What became of a request, as a pair of codes from closed sets: the same in the log, the metric and the documentation.
 */
import type { InjectReason, RejectReason, SkipReason } from "../injection/reasons.ts";
import type { IgnoreReason, MalformedReason, UnreadableReason } from "./admission-request.ts";

/** Why a request got an HTTP error instead of an AdmissionReview. */
export type HttpReason =
  | "body-too-large"
  | "wrong-media-type"
  | "unauthenticated"
  | "forbidden"
  | "unknown-path"
  | "wrong-method"
  | "broken-request"
  | UnreadableReason;

export type AdmissionOutcome =
  /** The pod gets its sidecar, or the one it has is up to date. */
  | { readonly result: "injected"; readonly reason: InjectReason }
  /** The pod is left as it is, by the policy. */
  | { readonly result: "skipped"; readonly reason: SkipReason }
  /** The pod is refused: its author has something to fix. */
  | { readonly result: "rejected"; readonly reason: RejectReason }
  /** Not the creation of a pod: allowed with a warning. */
  | { readonly result: "ignored"; readonly reason: IgnoreReason }
  /** The caller sent something that is no proper AdmissionReview. */
  | { readonly result: "invalid"; readonly reason: MalformedReason | HttpReason }
  /** Our own code failed. */
  | { readonly result: "failed"; readonly reason: "internal-error" };
