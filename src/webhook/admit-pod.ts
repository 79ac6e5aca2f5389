/**
 * One pod's admission: namespace and config looked up, decision, patch, answer. Whatever fails in our own code becomes
 * an answer too, as the mesh config's `failureMode` says.
 */
import type { Operation } from "fast-json-patch";
import { defaultMeshConfig } from "../config/defaults.ts";
import type { MeshConfig } from "../config/schema.ts";
import type { Inject, InjectionContext, InjectionOutcome } from "../injection/outcome.ts";
import type { Problem } from "../problem.ts";
import type { AdmissionOutcome } from "./admission-outcome.ts";
import type { PodCreation, WebhookEntry } from "./admission-request.ts";
import {
  allowed,
  denied,
  errored,
  patched,
  renderReview,
  withAuditAnnotations,
  withWarnings,
} from "./admission-response.ts";
import { boundedName } from "./bounded-text.ts";
import type { NamespaceLookup } from "./namespace-of-admission.ts";
import { namespaceOfAdmission } from "./namespace-of-admission.ts";

export interface AdmitPodDependencies {
  readonly inject: Inject;
  /** RFC 6902 operations that turn the first object into the second. */
  readonly createPatch: (original: object, mutated: object) => readonly Operation[];
  readonly namespace: NamespaceLookup;
  /** The context of the config that is in force now. */
  readonly context: () => InjectionContext;
}

/** An answer, and what is told about it. */
export interface PodAdmission {
  /** The AdmissionReview, as JSON. */
  readonly body: string;
  readonly outcome: AdmissionOutcome;
  /** How many operations the patch has. */
  readonly operations: number;
  /** What the pod's author has to fix. */
  readonly problems: readonly Problem[];
  /** What our own code threw. */
  readonly failure?: unknown;
}

/** Decides on one pod; never throws. */
export function admitPod(request: PodCreation, entry: WebhookEntry, dependencies: AdmitPodDependencies): PodAdmission {
  let failureMode = defaultMeshConfig.failureMode;
  try {
    const context = dependencies.context();
    failureMode = context.config.failureMode;
    const namespace = namespaceOfAdmission(request.namespace, entry, dependencies.namespace);
    const outcome = dependencies.inject(request.object, namespace, context);
    return answerOutcome(request, outcome, context.configHash, dependencies.createPatch);
  } catch (failure) {
    return answerFailure(request, failureMode, failure);
  }
}

function answerOutcome(
  request: PodCreation,
  outcome: InjectionOutcome,
  configHash: string,
  createPatch: AdmitPodDependencies["createPatch"],
): PodAdmission {
  const operations = outcome.result === "injected" ? createPatch(request.object, outcome.pod) : [];
  const problems = outcome.result === "rejected" ? outcome.problems : [];
  const answer = outcome.result === "rejected" ? denied(problems, podName(request)) : patched(operations);
  const audit = { decision: outcome.result, [reasonKey(outcome)]: outcome.reason, config: configHash };
  return {
    body: renderReview(request.uid, withAuditAnnotations(withWarnings(answer, outcome.warnings), audit)),
    outcome,
    operations: operations.length,
    problems,
  };
}

/**
 * The API server asks again about a pod that was changed after we had our say. Of each key it keeps the first value, and
 * logs a warning at another one; so a second pass gives its reason under a key of its own.
 */
function reasonKey({ reason }: InjectionOutcome): string {
  return reason === "already-injected" ? "second-reason" : "reason";
}

function answerFailure(request: PodCreation, mode: MeshConfig["failureMode"], failure: unknown): PodAdmission {
  const audit = { decision: "failed", reason: "internal-error" };
  const answer =
    mode === "allow"
      ? withWarnings(allowed(), [
          `outrigger failed on this pod, which is created without its sidecar; the webhook's log says why, uid ${request.uid}`,
        ])
      : errored(
          500,
          `Outrigger failed on this pod, and failureMode: deny refuses it; the webhook's log says why, uid ${request.uid}`,
        );
  return {
    body: renderReview(request.uid, withAuditAnnotations(answer, audit)),
    outcome: { result: "failed", reason: "internal-error" },
    operations: 0,
    problems: [],
    failure,
  };
}

/** How messages call a pod that may have no name yet. */
function podName({ name, generateName }: PodCreation): string {
  return boundedName(name ?? generateName ?? "");
}
