/**
 * Restarts workloads one at a time, each only when the one before is up again and the webhook is still there to give the
 * new pods their sidecars; stops at the first that does not come up.
 */
import { probeAny } from "../diagnosis/probe-webhook.ts";
import type { Reference } from "../diagnosis/reference.ts";
import { OutriggerError } from "../errors.ts";
import { fieldManager } from "../installation/names.ts";
import type { Undertaking } from "../installation/progress.ts";
import type { ApiRequest } from "../kubernetes/api.ts";
import { restartPatch, wholeSeconds } from "../workloads/restart-patch.ts";
import { waitForRollout } from "../workloads/wait-for-rollout.ts";
import { findStale, workloadPath } from "./find-stale.ts";
import type { StaleWorkload } from "./plan-restart.ts";
import { describeStale } from "./plan-restart.ts";

/**
 * What `kubectl rollout restart` sends. For an Argo Rollout what `kubectl argo rollouts restart` sends: a changed template
 * would begin a canary, with its pauses, instead of replacing pods.
 *
 * @param now milliseconds since the epoch
 */
export function restartRequest(workload: StaleWorkload, now: number): ApiRequest {
  const isRollout = workload.workload.kind === "Rollout";
  return {
    method: "PATCH",
    path: workloadPath(workload),
    query: { fieldManager },
    contentType: "application/merge-patch+json",
    body: isRollout ? { spec: { restartAt: wholeSeconds(now) } } : restartPatch(now),
  };
}

export interface Restart {
  /** Namespaces in which the webhook can be tried. */
  readonly probeNamespaces: readonly string[];
  /** What up-to-date sidecars are made from. */
  readonly reference: Reference;
}

/** The webhook must give new pods the very sidecar that they are restarted for. */
async function assertAnswers({ api }: Undertaking, { probeNamespaces, reference }: Restart): Promise<void> {
  const probe = await probeAny(api, probeNamespaces);
  if (probe?.result.state !== "injected") {
    const detail =
      probe === undefined
        ? "there is no namespace to try it in"
        : `a pod tried in namespace ${probe.namespace} got no sidecar`;
    throw new OutriggerError("OUTRIGGER_WEBHOOK_SILENT", detail);
  }
  const { version, configHash } = probe.result;
  if (version !== reference.version || configHash !== reference.configHash) {
    const detail = "it began to use another version or mesh config meanwhile; run the command again";
    throw new OutriggerError("OUTRIGGER_WEBHOOK_SILENT", detail);
  }
}

async function restartOne(undertaking: Undertaking, restart: Restart, workload: StaleWorkload): Promise<void> {
  const { api, clock, tell, times } = undertaking;
  const title = describeStale(workload);
  await assertAnswers(undertaking, restart);
  await api.request(restartRequest(workload, clock.now()));
  tell(`${title} is restarting`);
  const end = await waitForRollout({
    api,
    clock,
    path: workloadPath(workload),
    timeoutMs: times.rolloutMs,
    pollMs: times.pollMs,
    onProgress: (message) => {
      tell(`  ${message}`);
    },
  });
  if (end.state === "failed") throw new OutriggerError("OUTRIGGER_ROLLOUT_FAILED", `${title}: ${end.message}`);
  const still = (await findStale(api, workload.namespace, restart.reference)).find(
    (other) => describeStale(other) === title,
  );
  if (still !== undefined) {
    const detail = `${title} is up, and ${still.pods} of its pods still carry a stale sidecar (does its template carry one?)`;
    throw new OutriggerError("OUTRIGGER_ROLLOUT_FAILED", detail);
  }
  tell(`${title} is up, with new sidecars`);
}

/**
 * Restarts them in the order given.
 *
 * @throws OutriggerError at the first that does not come up, or when the webhook stops answering; what was restarted
 *   before stays as it is, what would have followed is not touched
 */
export async function restartWorkloads(
  undertaking: Undertaking,
  restart: Restart,
  workloads: readonly StaleWorkload[],
): Promise<void> {
  for (const workload of workloads) await restartOne(undertaking, restart, workload);
}
