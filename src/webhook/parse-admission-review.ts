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
import type { IgnoreReason, JsonObject, MalformedReason, PodCreation, UnreadableReason } from "./admission-request.ts";
import { isJsonObject } from "./admission-request.ts";
import { boundedName } from "./bounded-text.ts";

export type ParsedReview =
  | { readonly kind: "pod"; readonly request: PodCreation }
  | { readonly kind: "other"; readonly uid: string; readonly reason: IgnoreReason; readonly message: string }
  | { readonly kind: "malformed"; readonly uid: string; readonly reason: MalformedReason; readonly message: string }
  | { readonly kind: "unreadable"; readonly reason: UnreadableReason; readonly message: string };

/** Sorts one request body; never throws. */
export function parseAdmissionReview(body: Buffer): ParsedReview {
  let review: unknown;
  try {
    review = JSON.parse(body.toString("utf8"));
  } catch (error) {
    return unreadable("malformed-json", error instanceof Error ? error.message : "the body is not JSON");
  }
  return sortReview(review);
}

function sortReview(review: unknown): ParsedReview {
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
  return sortRequest(uid, request);
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

function unreadable(reason: UnreadableReason, message: string): ParsedReview {
  return { kind: "unreadable", reason, message };
}

function nonEmptyString(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
