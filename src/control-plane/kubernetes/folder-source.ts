/**
 * The objects of a folder of Kubernetes manifests, in place of a cluster's: the quickest way to see a mesh work. The folder
 * is read again when it changes, and only what differs is handed on.
 */
import { isDeepStrictEqual } from "node:util";
import { watchFolder } from "../../certificates/folder-watch.ts";
import type { Clock } from "../../clock.ts";
import { createLoggedLoop } from "../../kubernetes/logged-loop.ts";
import type { Log } from "../../observability/logger.ts";
import type { Problem } from "../../problem.ts";
import { formatProblem } from "../../problem.ts";
import type { ObjectChange } from "../model/cluster-object.ts";
import type { FolderContent } from "./manifest-folder.ts";
import { ManifestFolder } from "./manifest-folder.ts";
import type { ManifestObject } from "./manifest-objects.ts";
import type { ObjectSource, TakeChanges } from "./object-source.ts";
import { readObject, removedObject } from "./read-object.ts";

export interface FolderSourceOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly take: TakeChanges;
}

/** The file system may keep changes to itself, above all those in folders below, so all is read this often anyway. */
const pollMs = 2_000;
/** Whoever writes a file has mostly finished so long after the first sign of it. */
const settleMs = 50;

/** A source that follows the files `*.yaml`, `*.yml` and `*.json` of a folder and of those below it. */
export function createFolderSource({ folder, clock, random, log, take }: FolderSourceOptions): ObjectSource {
  const manifests = new ManifestFolder(folder);
  const messages = { failed: "folder of manifests not readable", recovered: "folder of manifests readable again" };
  const first = Promise.withResolvers<undefined>();
  let synced = false;
  let content: FolderContent = { objects: new Map(), problems: [] };

  async function follow(): Promise<number> {
    hints.ensure();
    const before = content;
    content = await manifests.read();
    logNewProblems(log, before.problems, content.problems);
    const changes = differences(before.objects, content.objects);
    if (changes.length > 0) take(changes);
    synced = true;
    first.resolve(undefined);
    return pollMs;
  }

  const loop = createLoggedLoop({
    run: follow,
    clock,
    random,
    log,
    messages,
    fields: { folder },
  });
  let cancelRing = (): void => undefined;
  const hints = watchFolder(folder, () => {
    cancelRing();
    cancelRing = clock.after(settleMs, loop.ring);
  });
  return {
    start: loop.ring,
    stop: () => {
      cancelRing();
      hints.stop();
      loop.stop();
    },
    synced: () => synced,
    whenSynced: () => first.promise,
  };
}

function logNewProblems(log: Log, before: readonly Problem[], after: readonly Problem[]): void {
  const known = new Set(before.map(formatProblem));
  for (const problem of after.map(formatProblem)) if (!known.has(problem)) log.warn({ problem }, "manifest ignored");
}

function differences(
  before: ReadonlyMap<string, ManifestObject>,
  after: ReadonlyMap<string, ManifestObject>,
): readonly ObjectChange[] {
  const changes: ObjectChange[] = [];
  for (const [id, object] of before) if (!after.has(id)) changes.push(removedObject(object.kind, object.key));
  for (const [id, object] of after) if (!isDeepStrictEqual(before.get(id), object)) changes.push(readPlaced(object));
  return changes;
}

/** Problems name the file and the line, not only the path within the object. */
function readPlaced({ kind, key, object, place }: ManifestObject): ObjectChange {
  const change = readObject(kind, key, object);
  return { ...change, problems: change.problems.map((problem) => ({ ...problem, path: `${place}: ${problem.path}` })) };
}
