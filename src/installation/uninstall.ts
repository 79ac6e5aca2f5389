/**
 * Removes Outrigger so that no pod's creation fails on the way and nothing stays behind.
 *
 *   1  policies that refuse pods without a sidecar
 *   2  the injector's rights, so that it does not restore what is removed next
 *   3  webhook configurations; then wait until no API server calls any more
 *   4  everything else, in the reverse order of the installation; the namespace last, with the control plane in it
 *   5  what a control plane has written into other namespaces
 *
 * Each step can be repeated: what is gone already is passed over.
 */
import { injectedLabel } from "../injection/keys.ts";
import { livePods, readNamespaces } from "../diagnosis/read-cluster.ts";
import { probeAny, probeNamespaces } from "../diagnosis/probe-webhook.ts";
import { describeWorkloadOf } from "../diagnosis/survey-pods.ts";
import { OutriggerError } from "../errors.ts";
import { isNotFound } from "../kubernetes/api.ts";
import { pause } from "../kubernetes/pause.ts";
import { findObject } from "./apply-object.ts";
import { isAdmissionPolicy, isWebhookConfiguration } from "./install-plan.ts";
import type { ManifestObject } from "./manifest.ts";
import { describeObject, objectPath } from "./manifest.ts";
import type { Undertaking } from "./progress.ts";
import { removeTrust } from "./remove-trust.ts";

/** What is removed, in this order. */
export interface UninstallPlan {
  readonly policies: readonly ManifestObject[];
  readonly rights: readonly ManifestObject[];
  readonly webhooks: readonly ManifestObject[];
  readonly rest: readonly ManifestObject[];
}

/** Sorts the objects of an installation into the steps. Pure. */
export function planRemoval(objects: readonly ManifestObject[]): UninstallPlan {
  // A binding before its policy, a Deployment before its service account: each object before what it depends on.
  const reversed = objects.toReversed();
  const isRight = ({ kind }: ManifestObject): boolean => kind === "ClusterRoleBinding";
  return {
    policies: reversed.filter(isAdmissionPolicy),
    rights: reversed.filter(isRight),
    webhooks: reversed.filter(isWebhookConfiguration),
    rest: reversed.filter(
      (object) => !isAdmissionPolicy(object) && !isRight(object) && !isWebhookConfiguration(object),
    ),
  };
}

/** All objects of a plan, in order. */
export function stepsOf({ policies, rights, webhooks, rest }: UninstallPlan): readonly ManifestObject[] {
  return [...policies, ...rights, ...webhooks, ...rest];
}

const unaborted = new AbortController().signal;

/** Deletes an object and waits until it is gone; resolves to whether it was there. */
async function remove({ api, clock, times, tell }: Undertaking, object: ManifestObject): Promise<boolean> {
  const path = objectPath(object);
  try {
    await api.request({ method: "DELETE", path, query: { propagationPolicy: "Background" } });
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
  const deadline = clock.now() + times.rolloutMs;
  while ((await findObject(api, path)) !== undefined) {
    if (clock.now() >= deadline) throw new OutriggerError("OUTRIGGER_REMOVAL_FAILED", describeObject(object));
    await pause(times.pollMs, clock, unaborted);
  }
  tell(`${describeObject(object)} removed`);
  return true;
}

async function removeAll(undertaking: Undertaking, objects: readonly ManifestObject[]): Promise<number> {
  let removed = 0;
  for (const object of objects) if (await remove(undertaking, object)) removed += 1;
  return removed;
}

/** Waits until a pod that is tried comes back without a sidecar, and a while longer for API servers that were not tried. */
async function awaitSilence({ api, clock, times, tell }: Undertaking): Promise<void> {
  const namespaces = probeNamespaces(await readNamespaces(api));
  const deadline = clock.now() + times.rolloutMs;
  for (;;) {
    const state = (await probeAny(api, namespaces))?.result.state;
    if (state !== "injected" && state !== "unanswered" && state !== "denied") break;
    if (clock.now() >= deadline) {
      throw new OutriggerError("OUTRIGGER_REMOVAL_FAILED", "the API server goes on calling the webhook");
    }
    await pause(times.pollMs, clock, unaborted);
  }
  await pause(times.settleMs, clock, unaborted);
  tell("no API server calls the webhook any more");
}

/** Pods that keep their sidecars, counted by workload. */
export async function countInjectedPods(api: Undertaking["api"]): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for await (const pod of livePods(api, undefined, `${injectedLabel}=true`)) {
    const workload = describeWorkloadOf(pod);
    counts.set(workload, (counts.get(workload) ?? 0) + 1);
  }
  return counts;
}

/**
 * Removes everything; resolves to how many objects there were.
 *
 * @throws OutriggerError `OUTRIGGER_REMOVAL_FAILED`; ApiError for refusals of the API server
 */
export async function uninstall(undertaking: Undertaking, objects: readonly ManifestObject[]): Promise<number> {
  const { policies, rights, webhooks, rest } = planRemoval(objects);
  let removed = await removeAll(undertaking, [...policies, ...rights]);
  const configurations = await removeAll(undertaking, webhooks);
  if (configurations > 0) await awaitSilence(undertaking);
  removed += configurations + (await removeAll(undertaking, rest));
  // A replica whose API server had not heard of its lost rights could have restored one until it was gone itself.
  removed += await removeAll(undertaking, webhooks);
  return removed + (await removeTrust(undertaking));
}
