/**
 * What keeping a webhook configuration takes, and what is told of it.
 */
import type { ConfigurationReference, WebhookConfiguration } from "../certificates/webhook-configuration.ts";
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import type { ListWatchTimings } from "../kubernetes/list-watch.ts";
import type { Log } from "../observability/logger.ts";
import type { RestoreLimits } from "./restore-budget.ts";

/** `distrusted`: it was right, and was written again because the API server did not go by it. */
export type RestorationCause = "edited" | "deleted" | "distrusted";

/** What was done, for those who count and tell. */
export interface Restoration {
  readonly reference: ConfigurationReference;
  /** As it is now. */
  readonly configuration: WebhookConfiguration;
  readonly cause: RestorationCause;
  /** What had been changed, one line a field. */
  readonly changes: readonly string[];
}

export interface KeeperTimings {
  /** Looked at without being told of a change. */
  readonly pollMs: number;
  /**
   * How long a configuration may be gone. Uninstalling deletes it first and the rest after it, and some tools replace an
   * object by deleting it first; pods that are created meanwhile have no sidecar.
   */
  readonly graceMs: number;
}

export const defaultKeeperTimings: KeeperTimings = { pollMs: 60_000, graceMs: 5_000 };

export interface KeeperOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  /** Our own version: forms of others are left alone. */
  readonly version: string;
  /** Whether entries may be made to refuse pods while nobody answers for them. */
  readonly mayRefuse: () => boolean;
  /** Whether Outrigger is being uninstalled or switched off. */
  readonly isBeingRemoved: () => Promise<boolean>;
  readonly onRestored: (restoration: Restoration) => void;
  readonly timings?: Partial<KeeperTimings>;
  readonly watchTimings?: Partial<ListWatchTimings>;
  readonly limits?: RestoreLimits;
}
