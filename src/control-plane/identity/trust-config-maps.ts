/**
 * Keeps the ConfigMap from which a sidecar learns whom to trust as its control plane, in every namespace but Kubernetes' own.
 *
 * In every one, not in those with meshed pods: a pod may be created right after its namespace, and it cannot start before
 * the ConfigMap is there. The API server is written to only where something is missing or differs, by server-side apply,
 * so that replicas which do the same work at the same time do it once.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { trustConfigMap } from "../../injection/identity-volume.ts";
import type { KubernetesApi, KubernetesObject } from "../../kubernetes/api.ts";
import { ApiError, isNotFound } from "../../kubernetes/api.ts";
import type { ListWatch, ListWatchTimings } from "../../kubernetes/list-watch.ts";
import { createListWatch } from "../../kubernetes/list-watch.ts";
import { createLoggedLoop } from "../../kubernetes/logged-loop.ts";
import type { IdentityMetrics } from "../../observability/identity-metrics.ts";
import type { Log } from "../../observability/logger.ts";
import { trustFile } from "./trust-bundle.ts";
import { createTurnstile } from "./turnstile.ts";
import type { LiveSecrets } from "./workload-secrets.ts";

/** The ConfigMap's only key; the volume of `src/injection/identity-volume.ts` shows it as a file of that name. */
const fileKey = "root.yaml";

/** Nobody's pods are injected there. */
const withoutPods: ReadonlySet<string> = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** Writes under way at the same time: ten thousand namespaces must not push everybody else aside at the API server. */
const concurrency = 16;

export interface TrustConfigMapsOptions {
  readonly api: KubernetesApi;
  readonly secrets: Pick<LiveSecrets, "trustBundle" | "subscribe">;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Pick<IdentityMetrics, "trustWritten">;
  readonly pollMs: number;
  readonly watchTimings?: Partial<ListWatchTimings>;
}

export interface TrustConfigMaps {
  readonly start: () => void;
  readonly stop: () => void;
  /** Why this has not run yet, as a sentence without its full stop; undefined where it has. */
  readonly unready: () => string | undefined;
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>;
}

interface NamespaceMetadata {
  readonly deletionTimestamp?: string;
}

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Of ten thousand equal files only this is kept. */
function digest(file: string): string {
  return createHash("sha256").update(file).digest("base64");
}

/**
 * Which namespaces lack the present file. Pure.
 *
 * @param digestOf of the file that a namespace has; undefined where it has none
 */
export function namespacesToWrite(
  namespaces: readonly string[],
  digestOf: (namespace: string) => string | undefined,
  wanted: string,
): readonly string[] {
  return namespaces.filter((name) => !withoutPods.has(name) && digestOf(name) !== wanted);
}

/** A namespace that is going takes no new objects (403 with that cause), and one that is gone has no place for them. */
function isLeaving(error: unknown): boolean {
  return isNotFound(error) || (error instanceof ApiError && /being terminated/.test(error.message));
}

async function apply(api: KubernetesApi, namespace: string, file: string): Promise<void> {
  await api.request({
    method: "PATCH",
    path: `/api/v1/namespaces/${namespace}/configmaps/${trustConfigMap}`,
    query: { fieldManager: "outrigger-control-plane", force: "true" },
    contentType: "application/apply-patch+yaml",
    body: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: trustConfigMap,
        namespace,
        labels: { "app.kubernetes.io/part-of": "outrigger", "app.kubernetes.io/managed-by": "outrigger" },
      },
      data: { [fileKey]: file },
    },
  });
}

/** Needs `list` and `watch` on namespaces, and `list`, `watch`, `create` and `patch` on ConfigMaps of that name. */
export function createTrustConfigMaps(options: TrustConfigMapsOptions): TrustConfigMaps {
  const { api, secrets, clock, random, log, metrics, pollMs } = options;
  const turnstile = createTurnstile(concurrency);
  let hasRun = false;
  let unsubscribe = (): void => undefined;

  const namespaces = watchNamespaces(options, ring);
  const files = watchFiles(options, ring);

  function ring(): void {
    loop.ring();
  }

  async function write(namespace: string, file: string): Promise<void> {
    // Another replica may have been here since.
    if (files.get(namespace) === digest(file)) return;
    try {
      await apply(api, namespace, file);
      metrics.trustWritten("success");
    } catch (error) {
      if (isLeaving(error)) return;
      metrics.trustWritten("failure");
      throw new Error(`the ConfigMap ${namespace}/${trustConfigMap} cannot be written`, { cause: error });
    }
  }

  async function reconcile(): Promise<number> {
    const bundle = secrets.trustBundle();
    if (bundle === "" || !namespaces.synced() || !files.synced()) return pollMs;
    const file = trustFile(bundle);
    const present = namespaces.values().filter((name) => name !== undefined);
    const missing = namespacesToWrite(present, (name) => files.get(name), digest(file));
    const results = await Promise.allSettled(missing.map((name) => turnstile(() => write(name, file))));
    // Each by itself: a namespace whose quota is used up keeps neither the others waiting nor this replica unready.
    hasRun = true;
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return pollMs;
  }

  const loop = createLoggedLoop({
    run: reconcile,
    clock,
    random,
    log,
    messages: { failed: "trust not distributed", recovered: "trust distributed again" },
  });
  return {
    start: () => {
      unsubscribe = secrets.subscribe(({ trust }) => {
        if (trust) ring();
      });
      for (const watch of [namespaces, files]) {
        watch.start();
        void watch.whenSynced().then(ring);
      }
    },
    stop: () => {
      unsubscribe();
      namespaces.stop();
      files.stop();
      loop.stop();
    },
    unready: () => (hasRun ? undefined : "the roots of the mesh have not been written into all namespaces yet"),
    idle: loop.idle,
  };
}

/** The name of each namespace; undefined while it is being deleted. */
function watchNamespaces(
  { api, clock, random, log, watchTimings }: TrustConfigMapsOptions,
  onChange: () => void,
): ListWatch<string | undefined> {
  return createListWatch({
    api,
    clock,
    random,
    log,
    path: "/api/v1/namespaces",
    metadataOnly: true,
    reduce: ({ metadata }) =>
      (metadata as NamespaceMetadata | undefined)?.deletionTimestamp === undefined ? metadata?.name : undefined,
    onChange,
    ...(watchTimings !== undefined && { timings: watchTimings }),
  });
}

/** The digest of what the ConfigMap of each namespace holds. */
function watchFiles(
  { api, clock, random, log, watchTimings }: TrustConfigMapsOptions,
  onChange: () => void,
): ListWatch<string> {
  return createListWatch({
    api,
    clock,
    random,
    log,
    path: "/api/v1/configmaps",
    fieldSelector: `metadata.name=${trustConfigMap}`,
    keyOf: ({ metadata }) => metadata?.namespace ?? "",
    reduce: (object) => digest((object as ConfigMap).data?.[fileKey] ?? ""),
    onChange,
    ...(watchTimings !== undefined && { timings: watchTimings }),
  });
}
