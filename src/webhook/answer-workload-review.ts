/**
 * Answers the reviews of workloads: always allowed, never changed, with warnings where their pods will not become what
 * their author expects. Synchronous and without I/O.
 *
 * Nothing here may ever refuse: advice that fails must not cost a deployment. Only a request without a uid, to which no
 * AdmissionReview can answer, gets an HTTP error; the API server goes on without us then, as the entry's `failurePolicy`
 * says.
 */
import { OutriggerError } from "../errors.ts";
import type { Inject, InjectionContext, InjectionOutcome } from "../injection/outcome.ts";
import type { AdviceMetrics } from "../observability/advice-metrics.ts";
import type { Log } from "../observability/logger.ts";
import type { AdmissionOutcome } from "./admission-outcome.ts";
import { allowed, renderReview, withAuditAnnotations, withWarnings } from "./admission-response.ts";
import { boundedName } from "./bounded-text.ts";
import type { HttpAnswer } from "./http-answer.ts";
import { httpError } from "./http-answer.ts";
import type { NamespaceLookup } from "./namespace-of-admission.ts";
import { namespaceOfAdmission } from "./namespace-of-admission.ts";
import { adviseOnWorkload } from "./workload-advice.ts";
import type { WorkloadWrite } from "./workload-request.ts";
import { parseWorkloadReview } from "./workload-request.ts";

export interface AdviceDependencies {
  readonly inject: Inject;
  readonly namespace: NamespaceLookup;
  /** The context of the config that is in force now. */
  readonly context: () => InjectionContext;
  readonly log: Log;
  readonly adviceMetrics: AdviceMetrics;
}

/** Answers one review; never throws. */
export type AnswerWorkloadReview = (body: Buffer, startedAt: number) => HttpAnswer;

/** Makes the function that answers. */
export function createAnswerWorkloadReview(dependencies: AdviceDependencies): AnswerWorkloadReview {
  const { log, adviceMetrics } = dependencies;
  const letPass = (uid: string, outcome: AdmissionOutcome): HttpAnswer => {
    adviceMetrics.observe(outcome);
    return ok(renderReview(uid, allowed()));
  };
  return (body, startedAt) => {
    const review = parseWorkloadReview(body);
    switch (review.kind) {
      case "workload": {
        try {
          return advise(review.request, startedAt, dependencies);
        } catch (err) {
          log.error({ err, uid: boundedName(review.request.uid) }, "advice failed");
          return letPass(review.request.uid, { result: "failed", reason: "internal-error" });
        }
      }
      case "other":
        return letPass(review.uid, { result: "ignored", reason: review.reason });
      case "malformed":
        return letPass(review.uid, { result: "invalid", reason: review.reason });
      case "unreadable": {
        adviceMetrics.observe({ result: "invalid", reason: review.reason });
        const code = review.reason === "malformed-json" ? "OUTRIGGER_REVIEW_NOT_JSON" : "OUTRIGGER_REVIEW_INVALID";
        return httpError(new OutriggerError(code, review.message));
      }
    }
  };
}

function advise(request: WorkloadWrite, startedAt: number, dependencies: AdviceDependencies): HttpAnswer {
  const { object, template } = request;
  // The entry selects labelled namespaces, as the one for their pods does.
  const namespace = namespaceOfAdmission(request.namespace, "namespace", dependencies.namespace);
  const outcome = dependencies.inject(template.pod, namespace, dependencies.context(), template.workload.name);
  const warnings = adviseOnWorkload(object, template, outcome);
  const { result: decision, reason } = outcome;
  const answer = withAuditAnnotations(withWarnings(allowed(), warnings), { decision, reason });
  report(request, outcome, warnings.length, startedAt, dependencies);
  return ok(renderReview(request.uid, answer));
}

function report(
  { uid, namespace, dryRun, template: { workload } }: WorkloadWrite,
  { result: decision, reason }: InjectionOutcome,
  warnings: number,
  startedAt: number,
  { log, adviceMetrics }: AdviceDependencies,
): void {
  adviceMetrics.observe({ result: decision, reason });
  const fields = {
    uid: boundedName(uid),
    namespace: boundedName(namespace),
    workload: `${workload.kind}/${boundedName(workload.name)}`,
    decision,
    reason,
    warnings,
    ms: Math.round((performance.now() - startedAt) * 1_000) / 1_000,
    dryRun,
  };
  log.info(fields, "advice");
}

/** Every AdmissionReview goes out with 200: the API server takes any other status for a failed call. */
function ok(body: string): HttpAnswer {
  return { status: 200, body };
}
