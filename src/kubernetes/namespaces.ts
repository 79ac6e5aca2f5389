/**
 * What the injector knows of the cluster's namespaces, always at hand: the request path never asks the API server.
 */
import type { Clock } from "../clock.ts";
import type { NamespaceView } from "../injection/inject.ts";
import type { KubernetesApi, KubernetesObject } from "./api.ts";
import type { ListWatchTimings, WatchFailure } from "./list-watch.ts";
import { createListWatch } from "./list-watch.ts";
import type { Log } from "../observability/logger.ts";

export interface NamespaceStore {
  start(): void;
  stop(): void;
  /** Undefined for a namespace so new that its watch event has not come yet. */
  get(name: string): NamespaceView | undefined;
  /** Whether all namespaces have been listed once; before that, `get` knows nothing. */
  synced(): boolean;
  whenSynced(): Promise<void>;
}

export interface NamespaceStoreOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly onFailure?: (failure: WatchFailure) => void;
  /** The API server answers again after a failure. */
  readonly onReconnect?: () => void;
  readonly timings?: Partial<ListWatchTimings>;
}

/** The name, labels and annotations of a Namespace object. */
export function namespaceView({ metadata }: KubernetesObject): NamespaceView {
  return {
    name: metadata?.name ?? "",
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
  };
}

/** A store of all namespaces, kept up to date by a watch; needs `list` and `watch` on namespaces. */
export function createNamespaceStore(options: NamespaceStoreOptions): NamespaceStore {
  return createListWatch({
    ...options,
    path: "/api/v1/namespaces",
    metadataOnly: true,
    reduce: namespaceView,
  });
}
