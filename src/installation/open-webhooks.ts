/**
 * Lets the API server call the injector for the first time, without any pod's creation being held up by it.
 */
import type { WebhookConfiguration } from "../certificates/webhook-configuration.ts";
import { probeAny, probeNamespaces } from "../diagnosis/probe-webhook.ts";
import { readNamespaces } from "../diagnosis/read-cluster.ts";
import { OutriggerError } from "../errors.ts";
import type { ApplyOptions } from "./apply-object.ts";
import { applyObject, findObject } from "./apply-object.ts";
import type { WebhookManifest } from "./install-plan.ts";
import { untrusting, withoutHoldingUp } from "./install-plan.ts";
import type { ManifestObject } from "./manifest.ts";
import { describeObject, objectPath } from "./manifest.ts";
import type { Undertaking } from "./progress.ts";
import { waitUntil } from "./wait-until.ts";

/** The injector writes its CA into each entry by itself; with that the API server can call it. */
async function awaitTrust(undertaking: Undertaking, configuration: WebhookManifest): Promise<void> {
  const { api, times, tell } = undertaking;
  const path = objectPath(configuration);
  let missing: readonly string[] = [];
  const trusted = await waitUntil(undertaking, times.rolloutMs, async () => {
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
  const answered = await waitUntil(undertaking, times.settleMs * 3, async () => {
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

/**
 * Applies entries that nobody trusts yet without letting them hold up pods, and waits until one pod has come through. Does
 * nothing where all are trusted already. Resolves to those that were not there before.
 */
export async function openWebhooks(
  undertaking: Undertaking,
  configurations: readonly WebhookManifest[],
  options: ApplyOptions,
): Promise<readonly ManifestObject[]> {
  const { api } = undertaking;
  const opened: WebhookManifest[] = [];
  const created: ManifestObject[] = [];
  for (const configuration of configurations) {
    const live = await findObject<WebhookConfiguration>(api, objectPath(configuration));
    const untrusted = untrusting(configuration, live);
    if (untrusted.length === 0) continue;
    // Not told as a step of its own: what counts for the user is the configuration as it stands in the end.
    await applyObject(api, withoutHoldingUp(configuration, untrusted), options);
    opened.push(configuration);
    if (live === undefined) created.push(configuration);
  }
  for (const configuration of opened) await awaitTrust(undertaking, configuration);
  if (opened.length > 0) await awaitAnswer(undertaking);
  return created;
}
