/**
 * Which generation of each MeshTLS object the mesh knows, and whether it could be understood: without it a status might
 * claim to be about a spec that the mesh has not seen yet.
 */
import type { ObjectChange } from "../model/cluster-object.ts";
import type { NamespacedName } from "../model/workload.ts";

export interface KnownMeshTls {
  readonly generation: number;
  readonly understood: boolean;
}

export interface MeshTlsLedger {
  /** @returns whether a MeshTLS object was among the changes */
  take(changes: readonly ObjectChange[]): boolean;
  get(key: NamespacedName): KnownMeshTls | undefined;
}

/** An empty one. */
export function createMeshTlsLedger(): MeshTlsLedger {
  const known = new Map<NamespacedName, KnownMeshTls>();
  return {
    take: (changes) => {
      const ours = changes.filter(({ kind }) => kind === "meshTls");
      for (const { key, object, generation } of ours) {
        if (generation === undefined) known.delete(key as NamespacedName);
        else known.set(key as NamespacedName, { generation, understood: object !== undefined });
      }
      return ours.length > 0;
    },
    get: (key) => known.get(key),
  };
}
