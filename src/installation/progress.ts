/**
 * How an installation or removal tells what it does, and how long it may take.
 */
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";

export interface Undertaking {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** One line for people; without its line break. */
  readonly tell: (line: string) => void;
  readonly times: UndertakingTimes;
}

/** All in milliseconds. */
export interface UndertakingTimes {
  /** How long one workload may take to come up, or one object to go. */
  readonly rolloutMs: number;
  /** Between two looks at something that is waited for. */
  readonly pollMs: number;
  /** How long API servers may take to hear of a changed configuration, each by its own watch. */
  readonly settleMs: number;
}

/** As the certificates' policy has it: ten seconds until every API server has heard. */
export const defaultTimes: UndertakingTimes = { rolloutMs: 300_000, pollMs: 500, settleMs: 10_000 };
