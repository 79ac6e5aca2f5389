/**
 * Writes statuses, by one leader: of each object of which something else may have to be said. What a status says already is
 * known from the watch, so that nothing is read from the API server but what is about to be written.
 */
import type { Clock } from "../../../clock.ts";
import type { JsonObject } from "../../../json-value.ts";
import type { KubernetesApi, KubernetesObject } from "../../../kubernetes/api.ts";
import { isConflict, isNotFound } from "../../../kubernetes/api.ts";
import { createLoggedLoop } from "../../../kubernetes/logged-loop.ts";
import type { Log } from "../../../observability/logger.ts";
import type { ObjectReference } from "../../model/cluster-object.ts";
import type { ReportedKind } from "./reported-kinds.ts";

/** The status that an object should have. */
export interface DueStatus extends ReportedKind {
  /** The `metadata.generation` that it is about. */
  readonly generation: number;
  /** Whether that is what it says, as far as the watch has told. */
  readonly isTold: boolean;
  /** The status to write in place of another; undefined where that says it already. */
  readonly next: (current: unknown, now: number) => JsonObject | undefined;
}

export interface StatusReporterOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  /** Whether this replica is the one that writes. */
  readonly leads: () => boolean;
  /** Undefined where the mesh does not know the object. */
  readonly due: (object: ObjectReference) => DueStatus | undefined;
  /** All that have a status. */
  readonly objects: () => Iterable<ObjectReference>;
}

export interface StatusReporter {
  /** Something else may have to be said of an object. */
  readonly ring: (object: ObjectReference) => void;
  /** Another replica leads, or this one does. */
  readonly leadershipChanged: () => void;
  readonly stop: () => void;
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>;
}

interface Reported extends KubernetesObject {
  readonly metadata?: KubernetesObject["metadata"] & { readonly generation?: number };
  readonly status?: unknown;
}

const fieldManager = "outrigger-control-plane";

/** Changes of so long are written together: a rollout that moves a conflict from pod to pod must not write for each. */
const gatherMs = 2_000;
/** Writes of one run; what is left over waits for the next one, so that it is at most 10 a second. */
const mostWrites = 50;
const nextRunMs = 5_000;
/** Nothing is to be done before somebody rings. */
const restMs = 300_000;

/** Nothing happens before the first ring. */
export function createStatusReporter(options: StatusReporterOptions): StatusReporter {
  const { clock, random, log, leads, objects } = options;
  const messages = { failed: "status of an object not written", recovered: "statuses written again" };
  /** By kind and key. */
  const rung = new Map<string, ObjectReference>();
  let cancel: (() => void) | undefined;

  const loop = createLoggedLoop({
    run: async () => {
      if (leads()) return await writeDue(rung, options);
      rung.clear();
      return restMs;
    },
    clock,
    random,
    log,
    messages,
  });

  function soon(): void {
    cancel ??= clock.after(gatherMs, () => {
      cancel = undefined;
      loop.ring();
    });
  }

  function ring(object: ObjectReference): void {
    // Whoever becomes the leader looks at all of them.
    if (!leads()) return;
    rung.set(`${object.kind} ${object.key}`, object);
    soon();
  }

  return {
    ring,
    leadershipChanged: () => {
      for (const object of objects()) ring(object);
      soon();
    },
    stop: () => {
      cancel?.();
      loop.stop();
    },
    idle: loop.idle,
  };
}

/**
 * Writes what is due of the objects that were rung for, and takes them out.
 *
 * @returns in how many milliseconds to look again
 */
async function writeDue(rung: Map<string, ObjectReference>, options: StatusReporterOptions): Promise<number> {
  const errors: unknown[] = [];
  let writes = 0;
  for (const [id, object] of [...rung]) {
    if (!options.leads()) return restMs;
    const status = options.due(object);
    if (status === undefined || status.isTold) {
      rung.delete(id);
      continue;
    }
    if (writes === mostWrites) break;
    writes += 1;
    // Taken out before: whoever rings while it is written means something newer.
    rung.delete(id);
    const outcome = await tryToWrite(object, status, options);
    if (outcome === "done") continue;
    rung.set(id, object);
    if (outcome !== "again") errors.push(outcome.error);
  }
  if (errors.length > 0) throw errors[0];
  return rung.size > 0 ? nextRunMs : restMs;
}

type Outcome = "done" | "again" | { readonly error: unknown };

/** One that cannot be written must not keep the others waiting. */
async function tryToWrite(
  object: ObjectReference,
  status: DueStatus,
  options: StatusReporterOptions,
): Promise<Outcome> {
  try {
    await writeStatus(object, status, options);
    return "done";
  } catch (error) {
    // One that has gone meanwhile needs no status.
    if (isNotFound(error)) return "done";
    return isConflict(error) ? "again" : { error };
  }
}

async function writeStatus(
  object: ObjectReference,
  status: DueStatus,
  { api, clock }: StatusReporterOptions,
): Promise<void> {
  const [namespace = "", name = ""] = object.key.split("/");
  const path = `/apis/${status.apiVersion}/namespaces/${namespace}/${status.plural}/${name}`;
  const current = await api.request<Reported>({ method: "GET", path });
  // What the mesh has not seen yet rings again when it has.
  if (current.metadata?.generation !== status.generation) return;
  const next = status.next(current.status, clock.now());
  if (next === undefined) return;
  await api.request({
    method: "PATCH",
    path: `${path}/status`,
    query: { fieldManager },
    contentType: "application/merge-patch+json",
    // With the version, so that what another controller has written since is not overwritten.
    body: { metadata: { resourceVersion: current.metadata.resourceVersion }, status: next },
  });
}
