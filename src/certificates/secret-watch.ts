/**
 * Tells that a Secret has changed, and nothing else: what a watch saw may be older than what was written since, so whoever
 * is rung reads for itself.
 */
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import type { ListWatch, ListWatchTimings } from "../kubernetes/list-watch.ts";
import { createListWatch } from "../kubernetes/list-watch.ts";
import type { Log } from "../observability/logger.ts";
import type { SecretLocation } from "./authority-secret.ts";
import { secretsPath } from "./authority-secret.ts";

export interface SecretWatchOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly secret: SecretLocation;
  readonly watchTimings?: Partial<ListWatchTimings>;
}

/**
 * A watch of one Secret; needs `list` and `watch` on it. Nothing is sent before `start()`.
 *
 * @param onFailure for counting; the log line is written already
 */
export function createSecretWatch(
  { api, clock, random, log, secret, watchTimings }: SecretWatchOptions,
  ring: () => void,
  onFailure?: () => void,
): ListWatch<undefined> {
  return createListWatch({
    api,
    clock,
    random,
    log,
    path: secretsPath(secret.namespace),
    fieldSelector: `metadata.name=${secret.name}`,
    metadataOnly: true,
    reduce: () => undefined,
    onChange: ring,
    ...(onFailure !== undefined && { onFailure }),
    ...(watchTimings !== undefined && { timings: watchTimings }),
  });
}
