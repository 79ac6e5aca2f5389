/**
 * Reads what there is to restart, once the webhook is known to make new sidecars as the mesh config says.
 */
import { probeAny, probeNamespaces } from "../diagnosis/probe-webhook.ts";
import { readNamespaces } from "../diagnosis/read-cluster.ts";
import { readLiveContext } from "../diagnosis/read-live-context.ts";
import { OutriggerError } from "../errors.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { version as ownVersion } from "../version.ts";
import { findStale, readWorkloads } from "./find-stale.ts";
import type { RestartPlan } from "./plan-restart.ts";
import { planRestart } from "./plan-restart.ts";
import type { Restart } from "./restart-workloads.ts";

/**
 * What is stale in a namespace, or everywhere.
 *
 * @throws OutriggerError where the webhook does not answer, or has not taken up the mesh config yet: pods would come back
 *   without a sidecar, or with one that is stale again
 */
export async function readRestart(
  api: KubernetesApi,
  namespace: string | undefined,
): Promise<Restart & { readonly plan: RestartPlan }> {
  const context = await readLiveContext(api);
  const namespaces = probeNamespaces(await readNamespaces(api), context);
  const probe = await probeAny(api, namespaces);
  if (probe?.result.state !== "injected") {
    const message = probe !== undefined && "message" in probe.result ? `: ${probe.result.message}` : "";
    const where =
      probe === undefined
        ? "there is no namespace to try it in"
        : `a pod tried in namespace ${probe.namespace} got no sidecar${message}`;
    throw new OutriggerError("OUTRIGGER_WEBHOOK_SILENT", where);
  }
  const { version, configHash } = probe.result;
  // Another version makes another hash of the same config, so only its own word counts then.
  if (version === ownVersion && configHash !== context.configHash) {
    const detail = `it still uses another mesh config (${configHash}) than the ConfigMap's (${context.configHash}); wait until it has taken that up`;
    throw new OutriggerError("OUTRIGGER_WEBHOOK_SILENT", detail);
  }
  const reference = { version, configHash };
  const stale = await readWorkloads(api, await findStale(api, namespace, reference));
  return { probeNamespaces: namespaces, reference, plan: planRestart(stale) };
}
