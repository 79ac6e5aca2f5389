/**
 * The answers to an admission, by constructors: nobody else writes `{ allowed: true }`. The uid and the patch's type are set in one
 * place, {@link renderReview}. Shapes: `k8s.io/api/admission/v1` AdmissionResponse, `metav1.Status`.
 */
import type { Operation } from "fast-json-patch";
import { renderJson } from "../json-text.ts";
import type { Problem } from "../problem.ts";
import { boundedText } from "./bounded-text.ts";
import { limitWarnings } from "./limit-warnings.ts";

/** An answer before it is addressed to a request. */
export interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly status?: AdmissionStatus;
  /** RFC 6902 operations; never empty. */
  readonly patch?: readonly Operation[];
  readonly warnings?: readonly string[];
  /** The API server prefixes the keys with the webhook's name and a slash. */
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** The part of `metav1.Status` that says why not. */
export interface AdmissionStatus {
  readonly status: "Failure";
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: {
    /** kubectl prints `The <kind> "<name>" is invalid`, then each cause. */
    readonly name: string;
    readonly kind: string;
    readonly causes: readonly StatusCause[];
  };
}

interface StatusCause {
  readonly reason: "FieldValueInvalid";
  readonly field: string;
  readonly message: string;
}

/** Problems shown in one answer; a pod with more is answered with these first and the number of the others. */
const maxProblems = 50;

/** Characters of one problem's path or text: values are quoted in them, and nothing bounds a value. */
const maxProblemLength = 1_000;

/** Created as it is. */
export function allowed(): AdmissionAnswer {
  return { allowed: true };
}

/** Created with these changes; without changes the same as {@link allowed}, since an empty patch is an error to the API server. */
export function patched(operations: readonly Operation[]): AdmissionAnswer {
  return operations.length === 0 ? allowed() : { allowed: true, patch: operations };
}

/**
 * Refused because of what a user wrote: 422 Invalid, with every problem both in the message (all that a controller shows)
 * and as a cause (what kubectl shows).
 */
export function denied(problems: readonly Problem[], pod: string): AdmissionAnswer {
  const shown = problems.slice(0, maxProblems).map((problem) => ({
    field: boundedText(problem.path, maxProblemLength),
    message: boundedText(`${problem.message}; ${problem.hint}`, maxProblemLength),
  }));
  const more = problems.length - shown.length;
  const message = [
    ...shown.map(({ field, message }) => `${field}: ${message}`),
    ...(more > 0 ? [`and ${more} more problems`] : []),
  ].join("\n");
  const causes = shown.map(({ field, message }) => ({ reason: "FieldValueInvalid", field, message }) as const);
  return {
    allowed: false,
    status: { status: "Failure", code: 422, reason: "Invalid", message, details: { name: pod, kind: "Pod", causes } },
  };
}

/** Refused because the request or our own code is at fault, not the pod's author. */
export function errored(code: 400 | 500, message: string): AdmissionAnswer {
  const reason = code === 400 ? "BadRequest" : "InternalError";
  return { allowed: false, status: { status: "Failure", code, reason, message } };
}

/** The answer with warnings that kubectl prints, brought within the API server's limits. */
export function withWarnings(answer: AdmissionAnswer, warnings: readonly string[]): AdmissionAnswer {
  return warnings.length === 0 ? answer : { ...answer, warnings: limitWarnings(warnings) };
}

/** The answer with annotations for the audit log. */
export function withAuditAnnotations(
  answer: AdmissionAnswer,
  auditAnnotations: Readonly<Record<string, string>>,
): AdmissionAnswer {
  return { ...answer, auditAnnotations };
}

/** How deep in a patch the containers of a sidecar stand, whose text is kept: list, operation, value, container. */
const keptDepth = 4;

/**
 * The AdmissionReview that carries the answer to the request with this uid, as JSON. The patch is by far the most of it,
 * and Base64 needs no escaping, so it is put in as it is.
 */
export function renderReview(uid: string, answer: AdmissionAnswer): string {
  const { patch, ...rest } = answer;
  const response = JSON.stringify({ uid, ...rest });
  const withPatch =
    patch === undefined
      ? response
      : `${response.slice(0, -1)},"patchType":"JSONPatch","patch":"${encodePatch(patch)}"}`;
  return `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":${withPatch}}`;
}

function encodePatch(patch: readonly Operation[]): string {
  return Buffer.from(renderJson(patch, keptDepth)).toString("base64");
}
