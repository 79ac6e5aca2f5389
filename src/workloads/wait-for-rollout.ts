/**
 * Waits until a workload's rollout is over, well or badly.
 */
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { pause } from "../kubernetes/pause.ts";
import type { RolloutProgress, WorkloadObject } from "./rollout-progress.ts";
import { rolloutProgress } from "./rollout-progress.ts";

export interface RolloutWait {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** Path of the Deployment, StatefulSet, DaemonSet or Rollout. */
  readonly path: string;
  readonly timeoutMs: number;
  /** Between two looks. */
  readonly pollMs: number;
  /** Hears of each step, once. */
  readonly onProgress: (message: string) => void;
}

const unaborted = new AbortController().signal;

/** Resolves to the end of the rollout; `failed` also where it is not over in time. */
export async function waitForRollout(wait: RolloutWait): Promise<Exclude<RolloutProgress, { state: "progressing" }>> {
  const { api, clock, path, timeoutMs, pollMs, onProgress } = wait;
  const deadline = clock.now() + timeoutMs;
  let told = "";
  for (;;) {
    const progress = rolloutProgress(await api.request<WorkloadObject>({ method: "GET", path }));
    if (progress.state !== "progressing") return progress;
    const { message } = progress;
    if (message !== told) onProgress(message);
    told = message;
    if (clock.now() >= deadline) {
      return { state: "failed", message: `not done after ${Math.round(timeoutMs / 1000)} s: ${message}` };
    }
    await pause(pollMs, clock, unaborted);
  }
}
