/**
 * When pods go on to the next stage on the way to another MeshTLS mode. Sidecars hear of a change within milliseconds, those of
 * another replica too; but a sidecar may be short of CPU, and the replicas' watches apart. So a stage lasts a while, whoever has
 * heard of it, and each replica counts it by itself.
 */
import type { Clock } from "../clock.ts";
import type { NamespacedName } from "../control-plane/model/workload.ts";

/** How long a stage lasts, in ms; there are two of them. */
export const defaultStageMs = 5_000;

export interface TlsStages {
  /** These pods have begun a stage. */
  begun(pods: ReadonlySet<NamespacedName>): void;
  stop(): void;
}

export interface TlsStagesOptions {
  readonly clock: Clock;
  readonly stageMs: number;
  /** Brings pods to their next stage. */
  readonly proceed: (pods: ReadonlySet<NamespacedName>) => void;
}

export function createTlsStages({ clock, stageMs, proceed }: TlsStagesOptions): TlsStages {
  /** The batch that each pod has begun its stage with: a later one counts from its own beginning. */
  const latest = new Map<NamespacedName, ReadonlySet<NamespacedName>>();
  const timers = new Set<() => void>();

  function end(batch: ReadonlySet<NamespacedName>): void {
    const due = new Set([...batch].filter((pod) => latest.get(pod) === batch));
    for (const pod of due) latest.delete(pod);
    if (due.size > 0) proceed(due);
  }

  return {
    begun: (pods) => {
      if (pods.size === 0) return;
      for (const pod of pods) latest.set(pod, pods);
      const cancel = clock.after(stageMs, () => {
        timers.delete(cancel);
        end(pods);
      });
      timers.add(cancel);
    },
    stop: () => {
      for (const cancel of timers) cancel();
    },
  };
}
