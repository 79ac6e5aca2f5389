/**
 * Reads an AdmissionReview, and sorts what comes by how it can be answered. Hand-written instead of a schema: nothing is
 * coerced, fields of later API versions are no error, and it costs a microsecond.
 *
 * `__proto__` and `constructor` as keys are harmless: JSON.parse makes them own properties, and they are only ever read
 * or copied with spread syntax, both of which leave prototypes alone.
 *
 * | what came | answer |
 * |---|---|
 * | creation of a pod | `pod`: on its merits |
 * | review of something else | `other`: allowed unchanged with a warning, since it is not ours to block |
 * | review with a uid, but broken | `malformed`: denied, saying what is wrong |
 * | no uid, or not JSON | `unreadable`: HTTP 400 |
 */
import type { JsonObject } from "../json-value.ts";
import type { IgnoreReason, PodCreation } from "./admission-request.ts";
import { isJsonObject } from "../json-value.ts";
import { boundedName } from "./bounded-text.ts";
import type { MalformedReview, UnreadableReview } from "./read-review.ts";
import { readReview } from "./read-review.ts";

export type ParsedReview =
  | { readonly kind: "pod"; readonly request: PodCreation }
  | { readonly kind: "other"; readonly uid: string; readonly reason: IgnoreReason; readonly message: string }
  | MalformedReview
  | UnreadableReview;

/** Sorts one request body; never throws. */
export function parseAdmissionReview(body: Buffer): ParsedReview {
  const review = readReview(body);
  return review.kind === "request" ? sortRequest(review.uid, review.request) : review;
}

function sortRequest(uid: string, request: JsonObject): ParsedReview {
  const resource = resourceOf(request);
  if (resource === undefined) {
    return { kind: "malformed", uid, reason: "missing-resource", message: "request.resource names no resource" };
  }
  const { operation, subResource, object } = request;
  if (typeof operation !== "string") {
    return { kind: "malformed", uid, reason: "missing-operation", message: "request.operation is not a string" };
  }
  const subresource = typeof subResource === "string" && subResource !== "" ? `/${boundedName(subResource)}` : "";
  const asked = `${boundedName(operation)} of ${resource}${subresource}`;
  if (resource !== "pods") return { kind: "other", uid, reason: "wrong-resource", message: asked };
  if (subresource !== "") return { kind: "other", uid, reason: "subresource", message: asked };
  if (operation !== "CREATE") return { kind: "other", uid, reason: "wrong-operation", message: asked };
  return podCreation(uid, request, object);
}

function podCreation(uid: string, request: JsonObject, object: unknown): ParsedReview {
  if (!isJsonObject(object)) {
    return { kind: "malformed", uid, reason: "missing-object", message: "request.object is not an object" };
  }
  const kind = object["kind"];
  if (kind !== undefined && kind !== "Pod") {
    const shown = typeof kind === "string" ? boundedName(kind) : "an object that is no Pod";
    return { kind: "other", uid, reason: "wrong-resource", message: `CREATE of ${shown}` };
  }
  const metadata = isJsonObject(object["metadata"]) ? object["metadata"] : {};
  const namespace = nonEmptyString(request["namespace"]) ?? nonEmptyString(metadata["namespace"]);
  if (namespace === undefined) {
    return { kind: "malformed", uid, reason: "missing-namespace", message: "request.namespace is not a string" };
  }
  return {
    kind: "pod",
    request: {
      uid,
      namespace,
      name: nonEmptyString(request["name"]) ?? nonEmptyString(metadata["name"]),
      generateName: nonEmptyString(metadata["generateName"]),
      dryRun: request["dryRun"] === true,
      object,
    },
  };
}

/** `pods`, or `<resource>.<group>`; reviews written by hand often have only a kind, which serves where it says Pod. */
function resourceOf(request: JsonObject): string | undefined {
  const { resource, kind } = request;
  if (isJsonObject(resource) && typeof resource["resource"] === "string") {
    const group = nonEmptyString(resource["group"]);
    const name = boundedName(resource["resource"]);
    return group === undefined ? name : `${name}.${boundedName(group)}`;
  }
  if (resource !== undefined || !isJsonObject(kind) || typeof kind["kind"] !== "string") return undefined;
  const group = nonEmptyString(kind["group"]);
  if (kind["kind"] === "Pod" && group === undefined) return "pods";
  return group === undefined ? boundedName(kind["kind"]) : `${boundedName(kind["kind"])}.${boundedName(group)}`;
}

function nonEmptyString(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
