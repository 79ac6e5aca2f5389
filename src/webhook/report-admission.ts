/**
 * Tells about an answered request: one metric, one log line, at most one Event. Telling never changes an answer: whatever
 * fails here is logged once and forgotten.
 */
import type { AdmissionMetrics } from "../observability/admission-metrics.ts";
import type { Log } from "../observability/logger.ts";
import type { AdmissionEventRecorder } from "./admission-event.ts";
import { controllerOf, eventOfAdmission } from "./admission-event.ts";
import type { AdmissionOutcome } from "./admission-outcome.ts";
import type { PodCreation, WebhookEntry } from "./admission-request.ts";
import type { PodAdmission } from "./admit-pod.ts";
import { boundedName } from "./bounded-text.ts";

export interface ReportDependencies {
  readonly log: Log;
  readonly metrics: AdmissionMetrics;
  readonly events: AdmissionEventRecorder;
}

/** Size and duration of one exchange. */
export interface Exchange {
  readonly entry: WebhookEntry;
  /** `performance.now()` when the request's headers had come, in ms. */
  readonly startedAt: number;
  /** Bytes of the request body. */
  readonly bytes: number;
}

/** Tells about the admission of a pod. */
export function reportPodAdmission(
  request: PodCreation,
  admission: PodAdmission,
  exchange: Exchange,
  { log, metrics, events }: ReportDependencies,
): void {
  safely(log, () => {
    const ms = performance.now() - exchange.startedAt;
    metrics.observe(admission.outcome, ms / 1_000);
    const fields = podFields(request, admission, exchange, ms);
    if (admission.outcome.result === "failed") log.error({ ...fields, err: admission.failure }, "admission failed");
    else log.info(fields, "admission");
    const event = eventOfAdmission(request, exchange.entry, admission);
    if (event !== undefined) events.record(event);
  });
}

/** Tells about a request that was not the creation of a pod. */
export function reportOther(
  outcome: AdmissionOutcome,
  uid: string | undefined,
  exchange: Exchange,
  { log, metrics }: ReportDependencies,
): void {
  safely(log, () => {
    const ms = performance.now() - exchange.startedAt;
    metrics.observe(outcome, ms / 1_000);
    const { result: decision, reason } = outcome;
    const said = { uid: uid === undefined ? undefined : boundedName(uid), decision, reason };
    log.warn({ ...said, bytes: exchange.bytes, ms: rounded(ms), entry: exchange.entry }, "admission not for a pod");
  });
}

function safely(log: Log, report: () => void): void {
  try {
    report();
  } catch (err) {
    log.error({ err }, "admission could not be reported");
  }
}

/** The fields of the one line per admission. Only names: nothing of what a pod holds may get into a log. */
function podFields(request: PodCreation, admission: PodAdmission, exchange: Exchange, ms: number): object {
  const owner = controllerOf(request.object);
  const { name, generateName } = request;
  return {
    uid: boundedName(request.uid),
    namespace: boundedName(request.namespace),
    pod: name === undefined ? undefined : boundedName(name),
    generateName: generateName === undefined ? undefined : boundedName(generateName),
    owner: owner === undefined ? undefined : `${owner.kind}/${owner.name}`,
    decision: admission.outcome.result,
    reason: admission.outcome.reason,
    operations: admission.operations,
    bytes: exchange.bytes,
    ms: rounded(ms),
    dryRun: request.dryRun,
    entry: exchange.entry,
  };
}

/** Milliseconds to three places: microseconds are what a clock here can tell. */
function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
