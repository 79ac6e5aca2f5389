/**
 * Installs or upgrades Outrigger: server-side apply of every object, in the order of `install-plan.ts`. Doing it again
 * changes nothing.
 */
import type { WebhookConfiguration } from "../certificates/webhook-configuration.ts";
import { probeAny, probeNamespaces } from "../diagnosis/probe-webhook.ts";
import { readInjectorPods, readNamespaces } from "../diagnosis/read-cluster.ts";
import { OutriggerError } from "../errors.ts";
import { pause } from "../kubernetes/pause.ts";
import { waitForRollout } from "../workloads/wait-for-rollout.ts";
import { whyNotReady } from "../workloads/why-not-ready.ts";
import type { AppliedObject } from "./apply-object.ts";
import { applyObject, findObject } from "./apply-object.ts";
import type { WebhookManifest } from "./install-plan.ts";
import { planInstallation, untrusting, withoutHoldingUp } from "./install-plan.ts";
import type { ManifestObject } from "./manifest.ts";
import { describeObject, objectPath } from "./manifest.ts";
import type { Undertaking } from "./progress.ts";

export interface InstallOptions {
  readonly dryRun: boolean;
  /** Take over fields that somebody else has set. */
  readonly force: boolean;
  /** Objects that are taken over in any case, because the user has just said what they are to be. */
  readonly forced: (object: ManifestObject) => boolean;
}

const unaborted = new AbortController().signal;

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
): Promise<void> {
  for (const object of objects) {
    tellApplied(tell, await applyObject(api, object, { dryRun, force: force || forced(object) }), dryRun);
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

/** Resolves to whether the condition came true in time. */
async function eventually(
  { clock, times }: Undertaking,
  timeoutMs: number,
  condition: () => Promise<boolean>,
): Promise<boolean> {
  const deadline = clock.now() + timeoutMs;
  while (!(await condition())) {
    if (clock.now() >= deadline) return false;
    await pause(times.pollMs, clock, unaborted);
  }
  return true;
}

/** The injector writes its CA into each entry by itself; with that the API server can call it. */
async function awaitTrust(undertaking: Undertaking, configuration: WebhookManifest): Promise<void> {
  const { api, times, tell } = undertaking;
  const path = objectPath(configuration);
  let missing: readonly string[] = [];
  const trusted = await eventually(undertaking, times.rolloutMs, async () => {
    missing = untrusting(configuration, await findObject<WebhookConfiguration>(api, path));
    return missing.length === 0;
  });
  if (!trusted) {
    const detail = `no CA came into ${missing.join(", ")}; pods are created without a sidecar meanwhile`;
    throw new OutriggerError("OUTRIGGER_WEBHOOK_SILENT", detail);
  }
  tell(`${describeObject(configuration)} trusts the injector's certificate`);
}

/** Before an entry may refuse pods, one pod must have come through. */
async function awaitAnswer(undertaking: Undertaking): Promise<void> {
  const { api, times, tell } = undertaking;
  const namespaces = probeNamespaces(await readNamespaces(api));
  let told = "there is no namespace to try it in";
  const answered = await eventually(undertaking, times.settleMs * 3, async () => {
    const probe = await probeAny(api, namespaces);
    if (probe === undefined) return true;
    const { namespace, result } = probe;
    if (result.state === "untouched") told = `a pod tried in namespace ${namespace} came back without a sidecar`;
    else if (result.state === "injected") told = `a pod tried in namespace ${namespace} came back with its sidecar`;
    else told = `a pod tried in namespace ${namespace}: ${result.message}`;
    return result.state !== "unanswered" && result.state !== "untouched";
  });
  if (answered) tell(`the webhook answers: ${told}`);
  else {
    const detail = `${told}; the API server must reach port 8443 of the replicas (NetworkPolicy, the cloud's firewall)`;
    throw new OutriggerError("OUTRIGGER_WEBHOOK_SILENT", detail);
  }
}

async function applyWebhook(
  undertaking: Undertaking,
  configuration: WebhookManifest,
  options: InstallOptions,
): Promise<void> {
  const { api } = undertaking;
  const live = await findObject<WebhookConfiguration>(api, objectPath(configuration));
  const untrusted = untrusting(configuration, live);
  if (untrusted.length > 0) {
    // Not told as a step of its own: what counts for the user is the configuration as it stands in the end.
    await applyObject(api, withoutHoldingUp(configuration, untrusted), { ...options, dryRun: false });
    await awaitTrust(undertaking, configuration);
    await awaitAnswer(undertaking);
  }
  await apply(undertaking, [configuration], options);
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
  for (const configuration of webhooks) await applyWebhook(undertaking, configuration, options);
  await apply(undertaking, policies, options);
}
