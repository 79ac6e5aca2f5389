/**
 * The Kubernetes Event of an admission: what is said, and on which object.
 *
 * On the pod's controller where it has one (`kubectl describe replicaset/web-5d9c`): it exists, it has a uid, and it is where
 * people look when pods are missing. A bare pod is not stored yet and has no uid: its Event names it without one, which
 * `kubectl get events` and `kubectl events --for pod/NAME` find and `kubectl describe pod` (which asks by uid) does not.
 * A bare pod without a name is called by its `generateName`.
 */
import type { EventTarget } from "../kubernetes/event-series.ts";
import { explainReason } from "../injection/reasons.ts";
import { formatProblem } from "../problem.ts";
import type { JsonObject } from "../json-value.ts";
import type { PodCreation, WebhookEntry } from "./admission-request.ts";
import { isJsonObject } from "../json-value.ts";
import type { PodAdmission } from "./admit-pod.ts";
import { boundedName, boundedText } from "./bounded-text.ts";

export interface AdmissionEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: "Injected" | "InjectionSkipped" | "InjectionFailed";
  /** Without anything that differs from pod to pod of one owner, so that recorders can count repetitions. */
  readonly message: string;
  readonly target: EventTarget;
}

/** Takes Events and sends them later: must neither block nor throw. */
export interface AdmissionEventRecorder {
  record(event: AdmissionEvent): void;
}

/** `events.k8s.io/v1` refuses notes of more than 1 KiB; characters may take four bytes each, ours rarely do. */
const maxMessageLength = 900;

/** The Event of an admission; undefined where there is nothing to say or nothing may be left behind. */
export function eventOfAdmission(
  request: PodCreation,
  entry: WebhookEntry,
  admission: PodAdmission,
): AdmissionEvent | undefined {
  if (request.dryRun) return undefined;
  const said = whatToSay(entry, admission);
  if (said === undefined) return undefined;
  return { ...said, message: boundedText(said.message, maxMessageLength), target: eventTarget(request) };
}

function whatToSay(entry: WebhookEntry, admission: PodAdmission): Omit<AdmissionEvent, "target"> | undefined {
  const { outcome, operations, problems } = admission;
  switch (outcome.result) {
    case "injected": {
      // A re-invocation that finds its work done has nothing to tell.
      if (operations === 0) return undefined;
      return { type: "Normal", reason: "Injected", message: `sidecar injected: ${explainReason(outcome.reason)}` };
    }
    case "skipped": {
      // Somebody asked for injection, by namespace or pod label, and shall know why there is none. Nobody else wants to hear of it.
      if (entry === "any" || outcome.reason === "namespace-not-enabled") return undefined;
      const message = `not injected (${outcome.reason}): ${explainReason(outcome.reason)}`;
      return { type: "Normal", reason: "InjectionSkipped", message };
    }
    case "rejected": {
      const message = `pod refused (${outcome.reason}): ${problems.map(formatProblem).join(", ")}`;
      return { type: "Warning", reason: "InjectionFailed", message };
    }
    case "failed": {
      const message = "Outrigger itself failed on a pod; the webhook's log says why";
      return { type: "Warning", reason: "InjectionFailed", message };
    }
    case "ignored":
    case "invalid":
      return undefined;
  }
}

/** The pod's controller, else the pod itself. */
function eventTarget({ object, namespace, name, generateName }: PodCreation): EventTarget {
  const owner = controllerOf(object);
  if (owner !== undefined) return { ...owner, namespace };
  return { apiVersion: "v1", kind: "Pod", namespace, name: boundedName(name ?? generateName ?? "") };
}

/** The owner reference marked as controller, read with care: nothing has validated the pod yet. */
export function controllerOf(pod: JsonObject): (Omit<EventTarget, "namespace"> & { readonly uid: string }) | undefined {
  const metadata = pod["metadata"];
  const references = isJsonObject(metadata) ? metadata["ownerReferences"] : undefined;
  if (!Array.isArray(references)) return undefined;
  for (const reference of references as readonly unknown[]) {
    if (!isJsonObject(reference) || reference["controller"] !== true) continue;
    const { apiVersion, kind, name, uid } = reference;
    if (typeof apiVersion !== "string" || typeof kind !== "string") continue;
    if (typeof name !== "string" || typeof uid !== "string") continue;
    return {
      apiVersion: boundedName(apiVersion),
      kind: boundedName(kind),
      name: boundedName(name),
      uid: boundedName(uid),
    };
  }
  return undefined;
}
