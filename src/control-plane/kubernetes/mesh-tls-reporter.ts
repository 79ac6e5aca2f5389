/**
 * Writes the status of MeshTLS objects, by one leader: after a change, and from time to time. It lists what there is and
 * writes what differs, so that whatever was missed or overwritten is right again after the next run.
 */
import type { Clock } from "../../clock.ts";
import type { KubernetesApi, KubernetesObject } from "../../kubernetes/api.ts";
import { isNotFound } from "../../kubernetes/api.ts";
import { listObjects } from "../../kubernetes/list-pages.ts";
import { createLoggedLoop } from "../../kubernetes/logged-loop.ts";
import type { Log } from "../../observability/logger.ts";
import type { NamespacedName } from "../model/workload.ts";
import { namespacedName } from "../model/workload.ts";
import type { MeshTlsStatus, MeshTlsVerdict } from "./mesh-tls-condition.ts";
import { nextStatus } from "./mesh-tls-condition.ts";

export interface MeshTlsReporterOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  /** Whether this replica is the one that writes. */
  readonly leads: () => boolean;
  /** Undefined where the mesh does not know the object yet. */
  readonly verdict: (key: NamespacedName) => MeshTlsVerdict | undefined;
}

export interface MeshTlsReporter {
  /** Something may have changed, the leadership too. */
  readonly ring: () => void;
  readonly stop: () => void;
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>;
}

interface MeshTls extends KubernetesObject {
  readonly metadata?: KubernetesObject["metadata"] & { readonly generation?: number };
  readonly status?: MeshTlsStatus;
}

const apiVersion = "outrigger.dev/v1alpha1";
const fieldManager = "outrigger-control-plane";

/** Changes of so long are written together: a rollout that moves a conflict from pod to pod must not write for each. */
const gatherMs = 2_000;
/** Writes of one run; what is left over waits for the next one, so that it is at most 10 a second. */
const mostWrites = 50;
const nextRunMs = 5_000;
const pollMs = 300_000;

/** Nothing happens before the first ring. */
export function createMeshTlsReporter(options: MeshTlsReporterOptions): MeshTlsReporter {
  const { clock, random, log, leads } = options;
  const messages = { failed: "status of MeshTLS not written", recovered: "status of MeshTLS written again" };
  let cancel: (() => void) | undefined;
  const loop = createLoggedLoop({
    run: () => (leads() ? writeAll(options) : Promise.resolve(pollMs)),
    clock,
    random,
    log,
    messages,
  });
  return {
    ring: () => {
      cancel ??= clock.after(gatherMs, () => {
        cancel = undefined;
        loop.ring();
      });
    },
    stop: () => {
      cancel?.();
      loop.stop();
    },
    idle: loop.idle,
  };
}

/** @returns in how many milliseconds to look again */
async function writeAll(options: MeshTlsReporterOptions): Promise<number> {
  const due = await findDue(options);
  const errors: unknown[] = [];
  for (const { object, status } of due.slice(0, mostWrites)) {
    if (!options.leads()) return pollMs;
    try {
      await writeStatus(options.api, object, status);
    } catch (error) {
      // One that has gone meanwhile needs no status; one that cannot be written must not keep the others waiting.
      if (!isNotFound(error)) errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return due.length > mostWrites ? nextRunMs : pollMs;
}

interface DueStatus {
  readonly object: MeshTls;
  readonly status: Required<MeshTlsStatus>;
}

async function findDue({ api, verdict, clock }: MeshTlsReporterOptions): Promise<readonly DueStatus[]> {
  const objects = await listAll(api);
  return objects.flatMap((object) => {
    const known = verdict(namespacedName(object.metadata?.namespace ?? "", object.metadata?.name ?? ""));
    // What the mesh has not seen yet rings again when it has.
    if (known?.generation !== object.metadata?.generation || known === undefined) return [];
    const status = nextStatus(object.status, known, clock.now());
    return status === undefined ? [] : [{ object, status }];
  });
}

async function listAll(api: KubernetesApi): Promise<readonly MeshTls[]> {
  try {
    const { objects } = await listObjects(api, { path: `/apis/${apiVersion}/meshtls`, query: {} });
    return objects;
  } catch (error) {
    // The CRD is not installed.
    if (isNotFound(error)) return [];
    throw error;
  }
}

async function writeStatus(api: KubernetesApi, { metadata }: MeshTls, status: MeshTlsStatus): Promise<void> {
  const { name = "", namespace = "" } = metadata ?? {};
  await api.request({
    method: "PATCH",
    path: `/apis/${apiVersion}/namespaces/${namespace}/meshtls/${name}/status`,
    query: { fieldManager, force: "true" },
    contentType: "application/apply-patch+yaml",
    body: { apiVersion, kind: "MeshTLS", metadata: { name, namespace }, status },
  });
}
