/** Where the mesh's objects come from: a cluster, or a folder of manifests. */
import type { ObjectChange } from "../model/cluster-object.ts";

export interface ObjectSource {
  start(): void;
  stop(): void;
  /** Whether everything that there was at the start has been handed on. */
  synced(): boolean;
  /** Resolves when {@link synced} becomes true; never, where it is stopped before. */
  whenSynced(): Promise<void>;
}

/** Takes the changes, in the order in which they became known; called again only after it has returned. */
export type TakeChanges = (changes: readonly ObjectChange[]) => void;
