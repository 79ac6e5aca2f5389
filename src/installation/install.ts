/**
 * Installs or upgrades Outrigger: server-side apply of every object, in the order of `install-plan.ts`. Doing it again
 * changes nothing.
 */
import { readInjectorPods } from "../diagnosis/read-cluster.ts";
import { OutriggerError } from "../errors.ts";
import { waitForRollout } from "../workloads/wait-for-rollout.ts";
import { whyNotReady } from "../workloads/why-not-ready.ts";
import type { AppliedObject } from "./apply-object.ts";
import { applyObject } from "./apply-object.ts";
import { awaitDepartures } from "./await-departures.ts";
import { planInstallation } from "./install-plan.ts";
import type { ManifestObject } from "./manifest.ts";
import { describeObject, objectPath } from "./manifest.ts";
import { openWebhooks } from "./open-webhooks.ts";
import type { Undertaking } from "./progress.ts";

export interface InstallOptions {
  readonly dryRun: boolean;
  /** Take over fields that somebody else has set. */
  readonly force: boolean;
  /** Objects that are taken over in any case, because the user has just said what they are to be. */
  readonly forced: (object: ManifestObject) => boolean;
}

function tellApplied(tell: Undertaking["tell"], { object, result, changes }: AppliedObject, dryRun: boolean): void {
  const would = dryRun ? " (dry run)" : "";
  const unchecked = result === "unchecked" ? "created (not checked: its namespace does not exist yet)" : result;
  tell(`${describeObject(object)} ${unchecked}${would}`);
  for (const change of changes) tell(`  ${change}`);
}

async function apply(
  { api, tell }: Undertaking,
  objects: readonly ManifestObject[],
  { dryRun, force, forced }: InstallOptions,
  created: readonly ManifestObject[] = [],
): Promise<void> {
  for (const object of objects) {
    const applied = await applyObject(api, object, { dryRun, force: force || forced(object) });
    // What this very installation has created and finishes here counts as created.
    tellApplied(tell, created.includes(object) ? { object, result: "created", changes: [] } : applied, dryRun);
  }
}

/** Waits until the replicas are ready; nothing calls them yet, or still calls those of before. */
async function awaitReplicas(undertaking: Undertaking, deployment: ManifestObject): Promise<void> {
  const { api, clock, tell, times } = undertaking;
  const title = describeObject(deployment);
  const end = await waitForRollout({
    api,
    clock,
    path: objectPath(deployment),
    timeoutMs: times.rolloutMs,
    pollMs: times.pollMs,
    onProgress: (message) => {
      tell(`waiting for ${title}: ${message}`);
    },
  });
  if (end.state === "failed") {
    const reasons = whyNotReady(await readInjectorPods(api)).map((reason) => `\n  ${reason}`);
    throw new OutriggerError("OUTRIGGER_ROLLOUT_FAILED", `${title}: ${end.message}${reasons.join("")}`);
  }
  tell(`${title} is ready`);
}

/**
 * Applies all objects, waiting where the next step needs it. Progress is told line by line.
 *
 * @throws OutriggerError where replicas do not come up or the webhook does not answer; what refuses pods is not in force
 *   then. ApiError for refusals of the API server
 */
export async function install(
  undertaking: Undertaking,
  objects: readonly ManifestObject[],
  options: InstallOptions,
): Promise<void> {
  const { foundation, webhooks, policies } = planInstallation(objects);
  await apply(undertaking, foundation, options);
  if (options.dryRun) {
    await apply(undertaking, [...webhooks, ...policies], options);
    return;
  }
  for (const deployment of foundation.filter(({ kind }) => kind === "Deployment")) {
    await awaitReplicas(undertaking, deployment);
  }
  await awaitDepartures(undertaking);
  const created = await openWebhooks(undertaking, webhooks, options);
  await apply(undertaking, [...webhooks, ...policies], options, created);
}
