/**
 * Tells the writers of objects what has become of them: one of the replicas is found to do it, and does it after each
 * change.
 */
import { randomBytes } from "node:crypto";
import { createStatusReporter } from "../control-plane/kubernetes/status/status-reporter.ts";
import { controlPlaneName } from "../installation/names.ts";
import type { LeaderElectionOptions } from "../kubernetes/leader-election.ts";
import { createLeaderElection } from "../kubernetes/leader-election.ts";
import type { Reporter } from "./control-plane.ts";
import type { MeshStatuses } from "./mesh-of-objects.ts";

export interface ElectedReporterOptions extends Pick<LeaderElectionOptions, "api" | "clock" | "random" | "log"> {
  readonly statuses: MeshStatuses;
  readonly meshNamespace: string;
  /** The replica's own pod; undefined outside of one. */
  readonly podName: string | undefined;
}

/** Nothing is sent before `start()`. */
export function createElectedReporter(options: ElectedReporterOptions): Reporter {
  const { statuses, meshNamespace, podName } = options;
  const election = createLeaderElection({
    ...options,
    lease: { namespace: meshNamespace, name: controlPlaneName },
    // A container that is started again in the same pod takes up where the one before it ended.
    identity: podName ?? `${controlPlaneName}-${randomBytes(4).toString("hex")}`,
    onChange: () => {
      reporter.leadershipChanged();
    },
  });
  const reporter = createStatusReporter({ ...options, ...statuses, leads: () => election.leads() });
  let unsubscribe = (): void => undefined;
  return {
    start: () => {
      unsubscribe = statuses.onChange(reporter.ring);
      election.start();
    },
    stop: async () => {
      unsubscribe();
      reporter.stop();
      await election.stop();
    },
  };
}
