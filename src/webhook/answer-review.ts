/**
 * One request body in, one HTTP answer out: the whole of the webhook apart from HTTP itself. Synchronous and without I/O.
 */
import { OutriggerError } from "../errors.ts";
import type { WebhookEntry } from "./admission-request.ts";
import { allowed, errored, renderReview, withWarnings } from "./admission-response.ts";
import type { AdmitPodDependencies } from "./admit-pod.ts";
import { admitPod } from "./admit-pod.ts";
import type { HttpAnswer } from "./http-answer.ts";
import { httpError } from "./http-answer.ts";
import { parseAdmissionReview } from "./parse-admission-review.ts";
import type { ReportDependencies } from "./report-admission.ts";
import { reportOther, reportPodAdmission } from "./report-admission.ts";

export interface ReviewDependencies extends AdmitPodDependencies, ReportDependencies {}

/** Answers one review; never throws. */
export type AnswerReview = (body: Buffer, entry: WebhookEntry, startedAt: number) => HttpAnswer;

/** Makes the function that answers reviews. */
export function createAnswerReview(dependencies: ReviewDependencies): AnswerReview {
  return (body, entry, startedAt) => {
    const exchange = { entry, startedAt, bytes: body.length };
    const review = parseAdmissionReview(body);
    switch (review.kind) {
      case "pod": {
        const admission = admitPod(review.request, entry, dependencies);
        reportPodAdmission(review.request, admission, exchange, dependencies);
        return ok(admission.body);
      }
      case "other": {
        const { uid, reason, message } = review;
        reportOther({ result: "ignored", reason }, uid, exchange, dependencies);
        const warning = `outrigger was asked about ${message}, which it leaves alone; its webhook's rules should say CREATE of pods`;
        return ok(renderReview(uid, withWarnings(allowed(), [warning])));
      }
      case "malformed": {
        const { uid, reason, message } = review;
        reportOther({ result: "invalid", reason }, uid, exchange, dependencies);
        const said = `outrigger cannot answer this AdmissionReview: ${message}; send one of admission.k8s.io/v1 for CREATE of pods`;
        return ok(renderReview(uid, errored(400, said)));
      }
      case "unreadable": {
        const { reason, message } = review;
        reportOther({ result: "invalid", reason }, undefined, exchange, dependencies);
        const code = reason === "malformed-json" ? "OUTRIGGER_REVIEW_NOT_JSON" : "OUTRIGGER_REVIEW_INVALID";
        return httpError(new OutriggerError(code, message));
      }
    }
  };
}

/** Every AdmissionReview goes out with 200: the API server takes any other status for a failed call. */
function ok(body: string): HttpAnswer {
  return { status: 200, body };
}
