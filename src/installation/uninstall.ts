/**
 * Removes Outrigger so that no pod's creation fails on the way, no sidecar loses what it needs, and nothing stays behind.
 *
 *   1  policies that refuse pods without a sidecar
 *   2  the injector's rights, so that it does not restore what is removed next
 *   3  webhook configurations; then wait until no API server calls any more
 *   4  everything else, in the reverse order of the installation; the namespace last, with what was made in it
 *   5  what a control plane has written into other namespaces
 *
 * Each step can be repeated: what is gone already is passed over.
 */
import { readNamespaces } from "../diagnosis/read-cluster.ts";
import { probeAny, probeNamespaces } from "../diagnosis/probe-webhook.ts";
import { OutriggerError } from "../errors.ts";
import { pause } from "../kubernetes/pause.ts";
import type { ManifestObject } from "./manifest.ts";
import type { Undertaking } from "./progress.ts";
import { planControlPlaneRemoval, planRemoval } from "./removal-plan.ts";
import { removeObjects } from "./remove-objects.ts";
import { removeTrust } from "./remove-trust.ts";
import { assertControlPlaneUnused } from "./sidecars-in-use.ts";
import { waitUntil } from "./wait-until.ts";

const unaborted = new AbortController().signal;

export interface UninstallOptions {
  /** Also where sidecars still need the control plane. */
  readonly abandonSidecars: boolean;
}

/** Waits until a pod that is tried comes back without a sidecar, and a while longer for API servers that were not tried. */
async function awaitSilence(undertaking: Undertaking): Promise<void> {
  const { api, clock, times, tell } = undertaking;
  const namespaces = probeNamespaces(await readNamespaces(api));
  const silent = await waitUntil(undertaking, times.rolloutMs, async () => {
    const state = (await probeAny(api, namespaces))?.result.state;
    return state !== "injected" && state !== "unanswered" && state !== "denied";
  });
  if (!silent) throw new OutriggerError("OUTRIGGER_REMOVAL_FAILED", "the API server goes on calling the webhook");
  await pause(times.settleMs, clock, unaborted);
  tell("no API server calls the webhook any more");
}

/**
 * Removes everything; resolves to how many objects there were.
 *
 * @throws OutriggerError `OUTRIGGER_CONTROL_PLANE_IN_USE`, before anything is removed; `OUTRIGGER_REMOVAL_FAILED`. ApiError
 *   for refusals of the API server
 */
export async function uninstall(
  undertaking: Undertaking,
  objects: readonly ManifestObject[],
  { abandonSidecars }: UninstallOptions,
): Promise<number> {
  const assertUnused = async (): Promise<void> => {
    if (!abandonSidecars) await assertControlPlaneUnused(undertaking.api);
  };
  await assertUnused();
  const { policies, rights, webhooks, rest } = planRemoval(objects);
  let removed = await removeObjects(undertaking, [...policies, ...rights]);
  const configurations = await removeObjects(undertaking, webhooks);
  if (configurations > 0) {
    await awaitSilence(undertaking);
    // Until then a pod could still be created with such a sidecar.
    await assertUnused();
  }
  removed += configurations + (await removeObjects(undertaking, rest));
  // A replica whose API server had not heard of its lost rights could have restored one until it was gone itself.
  removed += await removeObjects(undertaking, webhooks);
  return removed + (await removeTrust(undertaking));
}

/**
 * Removes the control plane alone; the injector goes on. Resolves to how many objects there were.
 *
 * @throws OutriggerError as {@link uninstall} does
 */
export async function uninstallControlPlane(
  undertaking: Undertaking,
  objects: readonly ManifestObject[],
  { abandonSidecars }: UninstallOptions,
): Promise<number> {
  if (!abandonSidecars) await assertControlPlaneUnused(undertaking.api);
  const { deployments, rest } = planControlPlaneRemoval(objects);
  // Replicas that still end could write anew what goes next.
  const gone = await removeObjects(undertaking, deployments, "Foreground");
  return gone + (await removeObjects(undertaking, rest)) + (await removeTrust(undertaking));
}
