/**
 * Naked pods as the tests make them.
 */
import type { NakedPod, StoredPod } from "../../../src/watchdog/naked-pod.ts";

export const bornAt = Date.parse("2026-01-01T00:00:00Z");

const replicaSet = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-5d9c", uid: "rs", controller: true };

/** A pod that no rule protects, with changes. */
export function naked(changes: Partial<NakedPod> = {}): NakedPod {
  return {
    namespace: "shop",
    name: "web-1",
    uid: "1",
    createdAt: bornAt,
    controller: replicaSet,
    reason: "namespace-enabled",
    runsForever: true,
    optedOut: false,
    safeToEvict: true,
    ...changes,
  };
}

export interface PodChanges {
  readonly namespace?: string;
  /** Uid of its ReplicaSet. */
  readonly controller?: string;
  readonly bornAt?: number;
  readonly ready?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
}

/** A pod without a sidecar, as the API server stores it. */
export function storedPod(name: string, changes: PodChanges = {}): StoredPod {
  const { namespace = "shop", controller = "rs", ready = true, annotations = {}, deletionTimestamp } = changes;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      uid: `uid-${name}`,
      creationTimestamp: new Date(changes.bornAt ?? bornAt).toISOString(),
      annotations,
      ownerReferences: [{ ...replicaSet, name: `web-${controller}`, uid: controller }],
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
    spec: { containers: [{ name: "app", image: "app:1" }] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}
