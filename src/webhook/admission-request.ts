/**
 * What the API server asks (`admission.k8s.io/v1`), in the parts that are read. The object itself stays raw JSON: it is
 * never validated, stripped or re-serialised here.
 */
import type { JsonObject } from "../json-value.ts";

/** The creation of one pod. */
export interface PodCreation {
  readonly uid: string;
  /** The pod's namespace, as the API server will store it. */
  readonly namespace: string;
  /** The pod's name; undefined where the API server is still to generate it. */
  readonly name: string | undefined;
  readonly generateName: string | undefined;
  /** Nothing will be stored, so nothing may be left behind: no Event. */
  readonly dryRun: boolean;
  /** The Pod as it came. Untrusted: mutating admission comes before validation. */
  readonly object: JsonObject;
}

/** Why a well-formed review is none of our business; it is allowed as it is, with a warning. */
export type IgnoreReason = "wrong-operation" | "wrong-resource" | "subresource";

/** Why a review cannot be answered on its merits. */
export type MalformedReason =
  "wrong-kind" | "wrong-version" | "missing-resource" | "missing-operation" | "missing-namespace" | "missing-object";

/** Why there is not even a uid to answer to; such a request gets an HTTP error. */
export type UnreadableReason = "malformed-json" | "missing-request" | "missing-uid";

/** Which selector of the MutatingWebhookConfiguration led the API server here; the request path says so. */
export type WebhookEntry =
  /** The namespaceSelector: the namespace is labelled `outrigger.dev/injection: enabled`. */
  | "namespace"
  /** The objectSelector: the pod is labelled `outrigger.dev/inject`. */
  | "pod"
  /** Not told. */
  | "any";
