/**
 * Reads an AdmissionReview of a workload: something that makes pods from a template, as it is being written.
 */
import type { PodTemplate } from "../workloads/pod-templates.ts";
import { findPodTemplates } from "../workloads/pod-templates.ts";
import type { JsonObject } from "../json-value.ts";
import type { IgnoreReason, MalformedReason } from "./admission-request.ts";
import { isJsonObject } from "../json-value.ts";
import type { MalformedReview, UnreadableReview } from "./read-review.ts";
import { readReview } from "./read-review.ts";

/** A workload that is created or updated. */
export interface WorkloadWrite {
  readonly uid: string;
  readonly namespace: string;
  /** Nothing will be stored; `kubectl diff` and `--dry-run=server` ask so. */
  readonly dryRun: boolean;
  /** As it came, and untrusted in every part. */
  readonly object: JsonObject;
  /** The pods that it will make. */
  readonly template: PodTemplate;
}

export type ParsedWorkloadReview =
  | { readonly kind: "workload"; readonly request: WorkloadWrite }
  /** There is nothing to advise on. */
  | { readonly kind: "other"; readonly uid: string; readonly reason: IgnoreReason }
  | MalformedReview
  | UnreadableReview;

/** Sorts one request body; never throws. */
export function parseWorkloadReview(body: Buffer): ParsedWorkloadReview {
  const review = readReview(body);
  if (review.kind !== "request") return review;
  const { uid, request } = review;
  const { operation, namespace, object, subResource } = request;
  if (operation !== "CREATE" && operation !== "UPDATE") return { kind: "other", uid, reason: "wrong-operation" };
  if (typeof subResource === "string" && subResource !== "") return { kind: "other", uid, reason: "subresource" };
  if (!isJsonObject(object)) return malformed(uid, "missing-object", "request.object is not an object");
  if (typeof namespace !== "string" || namespace === "") {
    return malformed(uid, "missing-namespace", "request.namespace is not a string");
  }
  const [template] = findPodTemplates(object);
  if (template === undefined) return { kind: "other", uid, reason: "wrong-resource" };
  return {
    kind: "workload",
    request: { uid, namespace, dryRun: request["dryRun"] === true, object, template },
  };
}

function malformed(uid: string, reason: MalformedReason, message: string): MalformedReview {
  return { kind: "malformed", uid, reason, message };
}
