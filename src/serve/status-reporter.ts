/**
 * Tells the writers of MeshTLS objects what has become of them: one of the replicas is found to do it, and does it after
 * each change.
 */
import { randomBytes } from "node:crypto";
import { createMeshTlsReporter } from "../control-plane/kubernetes/mesh-tls-reporter.ts";
import { controlPlaneName } from "../installation/names.ts";
import type { LeaderElectionOptions } from "../kubernetes/leader-election.ts";
import { createLeaderElection } from "../kubernetes/leader-election.ts";
import type { Reporter } from "./control-plane.ts";
import type { MeshOfObjects } from "./mesh-of-objects.ts";

export interface StatusReporterOptions extends Pick<LeaderElectionOptions, "api" | "clock" | "random" | "log"> {
  readonly mesh: Pick<MeshOfObjects, "meshTlsVerdict" | "onMeshTls">;
  readonly meshNamespace: string;
  /** The replica's own pod; undefined outside of one. */
  readonly podName: string | undefined;
}

/** Nothing is sent before `start()`. */
export function createStatusReporter(options: StatusReporterOptions): Reporter {
  const { mesh, meshNamespace, podName } = options;
  const election = createLeaderElection({
    ...options,
    lease: { namespace: meshNamespace, name: controlPlaneName },
    // A container that is started again in the same pod takes up where the one before it ended.
    identity: podName ?? `${controlPlaneName}-${randomBytes(4).toString("hex")}`,
    onChange: () => {
      meshTls.ring();
    },
  });
  const meshTls = createMeshTlsReporter({ ...options, verdict: mesh.meshTlsVerdict, leads: () => election.leads() });
  let unsubscribe = (): void => undefined;
  return {
    start: () => {
      unsubscribe = mesh.onMeshTls(meshTls.ring);
      election.start();
    },
    stop: async () => {
      unsubscribe();
      meshTls.stop();
      await election.stop();
    },
  };
}
