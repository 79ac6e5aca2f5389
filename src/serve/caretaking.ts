/**
 * All that the injector does beside answering: a leader is found among the replicas, each looks after what makes it
 * reachable, and the leader after the pods that run.
 */
import { randomBytes } from "node:crypto";
import { injectorName } from "../installation/names.ts";
import { createLeaderElection } from "../kubernetes/leader-election.ts";
import type { Metrics } from "../observability/metrics.ts";
import type { ReadinessCondition } from "../observability/readiness.ts";
import type { PodCareOptions } from "./pod-care.ts";
import { createPodCare } from "./pod-care.ts";
import type { SelfCareOptions } from "./self-care.ts";
import { createSelfCare } from "./self-care.ts";

export interface CaretakingOptions
  extends
    Omit<SelfCareOptions, "metrics" | "events" | "leads">,
    Omit<PodCareOptions, "metrics" | "leads" | "roundTrip"> {
  readonly metrics: Pick<Metrics, "selfCare" | "watchdog">;
  /** The replica's own pod; undefined outside of one. */
  readonly podName: string | undefined;
}

export interface Caretaking {
  start(): void;
  /** Resolves when another replica may lead. */
  stop(): Promise<void>;
  /** Another mesh config is in force. */
  configChanged(): void;
  readonly conditions: readonly ReadinessCondition[];
}

/** Puts the parts together; nothing is sent before `start()`. */
export function createCaretaking(options: CaretakingOptions): Caretaking {
  const { meshNamespace, podName, metrics } = options;
  const election = createLeaderElection({
    ...options,
    lease: { namespace: meshNamespace, name: injectorName },
    // A container that is started again in the same pod takes up where the one before it ended.
    identity: podName ?? `${injectorName}-${randomBytes(4).toString("hex")}`,
    onChange: (leads) => {
      metrics.selfCare.leads(leads);
      podCare.ring();
    },
  });
  const leads = (): boolean => election.leads();
  const selfCare = createSelfCare({ ...options, metrics: metrics.selfCare, leads });
  const podCare = createPodCare({ ...options, metrics: metrics.watchdog, roundTrip: selfCare.roundTrip, leads });
  return {
    start: () => {
      election.start();
      selfCare.start();
    },
    stop: async () => {
      podCare.stop();
      selfCare.stop();
      await election.stop();
    },
    configChanged: podCare.ring,
    conditions: selfCare.conditions,
  };
}
