/**
 * Installs or upgrades Outrigger: server-side apply of every object, in the order of `install-plan.ts`. Doing it again
 * changes nothing.
 */
import { readPodsOf } from "../diagnosis/read-cluster.ts";
import { OutriggerError } from "../errors.ts";
import { restartPatch } from "../workloads/restart-patch.ts";
import { waitForRollout } from "../workloads/wait-for-rollout.ts";
import { whyNotReady } from "../workloads/why-not-ready.ts";
import type { AppliedObject } from "./apply-object.ts";
import { applyObject } from "./apply-object.ts";
import { awaitDepartures } from "./await-departures.ts";
import { planInstallation } from "./install-plan.ts";
import type { ManifestObject } from "./manifest.ts";
import { describeObject, objectPath } from "./manifest.ts";
import {
  configOfManifests,
  entersMesh,
  isMeshConfigMap,
  outdatedDeployments,
  readConfigText,
  stillStandalone,
} from "./mesh-config-change.ts";
import { fieldManager } from "./names.ts";
import { openWebhooks } from "./open-webhooks.ts";
import type { Undertaking } from "./progress.ts";

export interface InstallOptions {
  readonly dryRun: boolean;
  /** Take over fields that somebody else has set. */
  readonly force: boolean;
  /** Objects that are taken over in any case, because the user has just said what they are to be. */
  readonly forced: (object: ManifestObject) => boolean;
  /** Text of the mesh config that the cluster has had; undefined where it has none. */
  readonly liveMeshConfig: string | undefined;
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
): Promise<readonly AppliedObject[]> {
  const all: AppliedObject[] = [];
  for (const object of objects) {
    const applied = await applyObject(api, object, { dryRun, force: force || forced(object) });
    // What this very installation has created and finishes here counts as created.
    tellApplied(tell, created.includes(object) ? { object, result: "created", changes: [] } : applied, dryRun);
    all.push(applied);
  }
  return all;
}

/** Has replicas begin anew that ran before the mesh config was another. */
async function restartOutdated(
  { api, clock, tell }: Undertaking,
  applied: readonly AppliedObject[],
  outdated: readonly string[],
): Promise<void> {
  for (const { object, result } of applied) {
    if (object.kind !== "Deployment" || result === "created" || !outdated.includes(object.metadata.name)) continue;
    await api.request({
      method: "PATCH",
      path: objectPath(object),
      query: { fieldManager },
      contentType: "application/merge-patch+json",
      body: restartPatch(clock.now()),
    });
    tell(`${describeObject(object)} is restarting, to read the changed mesh config`);
  }
}

/** Waits until the replicas are ready; nothing calls them yet, or still calls those of before. */
async function awaitReplicas(undertaking: Undertaking, applied: readonly AppliedObject[]): Promise<void> {
  for (const { object } of applied) if (object.kind === "Deployment") await awaitDeployment(undertaking, object);
}

async function awaitDeployment(undertaking: Undertaking, deployment: ManifestObject): Promise<void> {
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
    const reasons = whyNotReady(await readPodsOf(api, deployment.metadata.name)).map((reason) => `\n  ${reason}`);
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
  const { foundation, injector, webhooks, policies } = planInstallation(objects);
  if (options.dryRun) {
    await apply(undertaking, [...foundation, ...injector, ...webhooks, ...policies], options);
    return;
  }
  const change = { from: readConfigText(options.liveMeshConfig), to: configOfManifests(objects) };
  const outdated = outdatedDeployments(change);
  const prepared = entersMesh(change) ? foundation.map(stillStandalone) : foundation;
  const founded = await apply(undertaking, prepared, options);
  await restartOutdated(undertaking, founded, outdated);
  await awaitReplicas(undertaking, founded);
  const postponed = entersMesh(change) ? foundation.filter(isMeshConfigMap) : [];
  const makers = await apply(undertaking, [...postponed, ...injector], options);
  await restartOutdated(undertaking, makers, outdated);
  await awaitReplicas(undertaking, makers);
  await awaitDepartures(undertaking);
  const created = await openWebhooks(undertaking, webhooks, options);
  await apply(undertaking, [...webhooks, ...policies], options, created);
}
