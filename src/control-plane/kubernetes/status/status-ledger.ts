/**
 * Which generation of each object with a status the mesh knows, whether it could be understood, and what its status says:
 * without it a status might claim to be about a spec that the mesh has not seen yet.
 */
import type { ObjectChange, ObjectReference } from "../../model/cluster-object.ts";
import { isReported } from "./reported-kinds.ts";

export interface KnownObject {
  readonly generation: number;
  readonly understood: boolean;
  /** What its status says on the mesh's behalf, as a digest. */
  readonly told: string;
}

export interface StatusLedger {
  /** @returns the objects among the changes that have a status */
  take(changes: readonly ObjectChange[]): readonly ObjectReference[];
  get(object: ObjectReference): KnownObject | undefined;
  /** All that there are. */
  objects(): readonly ObjectReference[];
}

interface Line extends KnownObject {
  readonly object: ObjectReference;
}

/** An empty one. */
export function createStatusLedger(): StatusLedger {
  const lines = new Map<string, Line>();
  return {
    take: (changes) => {
      const ours = changes.filter(({ kind }) => isReported(kind));
      for (const { kind, key, object, generation, told } of ours) {
        if (generation === undefined || told === undefined) lines.delete(`${kind} ${key}`);
        else {
          const line = { object: { kind, key }, generation, understood: object !== undefined, told };
          lines.set(`${kind} ${key}`, line);
        }
      }
      return ours.map(({ kind, key }) => ({ kind, key }));
    },
    get: ({ kind, key }) => lines.get(`${kind} ${key}`),
    objects: () => Array.from(lines.values(), ({ object }) => object),
  };
}
