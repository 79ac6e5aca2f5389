/**
 * Keeps a local copy of the objects under one path: lists them, watches for changes, and goes on doing so whatever the
 * API server does.
 *
 * The client library's informer stops at the first error and leaves the rest to its user; this loop is that rest. A
 * watch is reopened when it ends, fails, falls silent, or is told 410 (the copy is then listed anew). Independently of
 * all that the copy is listed anew every few minutes, so that no missed event can stay missed.
 */
import type { Clock } from "../clock.ts";
import type { KubernetesApi, WatchEvent } from "./api.ts";
import { isGone } from "./api.ts";
import { StalledWatch, watchAttentively } from "./attentive-watch.ts";
import type { BackoffLimits } from "./backoff.ts";
import { backoffDelay } from "./backoff.ts";
import type { FailureLog } from "./failure-log.ts";
import { createFailureLog } from "./failure-log.ts";
import { listPages } from "./list-pages.ts";
import { ObjectCache } from "./object-cache.ts";
import type { ObjectCacheOptions } from "./object-cache.ts";
import { pause } from "./pause.ts";
import type { Log } from "../observability/logger.ts";

/** `gone`: the resource version is too old. `stalled`: no word for too long. `failed`: everything else. */
export type WatchFailure = "gone" | "stalled" | "failed";

export interface ListWatchTimings {
  /** A watch without event or bookmark for so long is reopened. */
  readonly silenceMs: number;
  /** The server is asked to end a watch after this time, give or take a tenth. */
  readonly watchMs: number;
  /** The list is read anew at the end of a watch once it is this old. */
  readonly relistMs: number;
  readonly backoff: BackoffLimits;
}

export const defaultListWatchTimings: ListWatchTimings = {
  silenceMs: 180_000,
  watchMs: 300_000,
  relistMs: 600_000,
  backoff: { firstMs: 200, longestMs: 10_000 },
};

export interface ListWatchOptions<T> extends ObjectCacheOptions<T> {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  /** The collection, e.g. `/api/v1/namespaces`. */
  readonly path: string;
  /** e.g. `metadata.name=outrigger`, which RBAC's `resourceNames` demands of lists and watches. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Ask for metadata only; spares the transport of specs that nobody reads. */
  readonly metadataOnly?: boolean;
  /** The API server answers again after a failure; it may be another version now. */
  readonly onReconnect?: () => void;
  /** For counting; the log line is written here. */
  readonly onFailure?: (failure: WatchFailure) => void;
  readonly timings?: Partial<ListWatchTimings>;
}

export interface ListWatch<T> {
  start(): void;
  stop(): void;
  get(key: string): T | undefined;
  values(): readonly T[];
  /** Whether the first list has been read. */
  synced(): boolean;
  /** Resolves when {@link synced} becomes true; never, where it is stopped before. */
  whenSynced(): Promise<void>;
}

const metadataAccept = {
  list: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json",
  watch: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
};

/** Makes a list-watch; nothing is sent before `start()`. */
export function createListWatch<T>(options: ListWatchOptions<T>): ListWatch<T> {
  return new ListWatchLoop(options);
}

const messages = { failed: "kubernetes watch failed", recovered: "kubernetes watch recovered" };

class ListWatchLoop<T> implements ListWatch<T> {
  readonly #options: ListWatchOptions<T>;
  readonly #timings: ListWatchTimings;
  readonly #cache: ObjectCache<T>;
  readonly #firstSync = Promise.withResolvers<undefined>();
  readonly #stopping = new AbortController();
  readonly #failureLog: FailureLog;
  #started = false;
  #synced = false;
  /** Where the watch goes on; undefined where the list must be read first. */
  #version: string | undefined;
  #listedAt = 0;
  #failures = 0;

  constructor(options: ListWatchOptions<T>) {
    this.#options = options;
    this.#timings = { ...defaultListWatchTimings, ...options.timings };
    this.#cache = new ObjectCache(options);
    this.#failureLog = createFailureLog(options.log, messages, { path: options.path });
  }

  start(): void {
    if (!this.#started) void this.#run();
    this.#started = true;
  }

  stop(): void {
    this.#stopping.abort(new Error("stopped"));
  }

  get(key: string): T | undefined {
    return this.#cache.get(key);
  }

  values(): readonly T[] {
    return this.#cache.values();
  }

  synced(): boolean {
    return this.#synced;
  }

  async whenSynced(): Promise<void> {
    await this.#firstSync.promise;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped()) {
      try {
        if (this.#isListDue()) await this.#list();
        await this.#watch();
      } catch (error) {
        if (!this.#isStopped()) await this.#failAndPause(error);
      }
    }
  }

  #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #isListDue(): boolean {
    const age = this.#options.clock.now() - this.#listedAt;
    return this.#version === undefined || age >= this.#timings.relistMs;
  }

  async #list(): Promise<void> {
    const { api, path, metadataOnly } = this.#options;
    const listed = new Set<string>();
    let version: string | undefined;
    // Page by page, so that no more than one of them is held in full.
    for await (const page of listPages(api, {
      path,
      query: this.#selector(),
      ...(metadataOnly === true && { accept: metadataAccept.list }),
      signal: this.#stopping.signal,
    })) {
      for (const object of page.items) listed.add(this.#cache.put(object));
      version = page.metadata?.resourceVersion;
    }
    this.#version = version;
    this.#listedAt = this.#options.clock.now();
    this.#cache.retain(listed);
    this.#synced = true;
    this.#firstSync.resolve(undefined);
    this.#recover();
  }

  async #watch(): Promise<void> {
    const { api, clock, path, metadataOnly, random } = this.#options;
    for await (const event of watchAttentively({
      api,
      clock,
      path,
      query: { ...this.#selector(), ...(this.#version !== undefined && { resourceVersion: this.#version }) },
      ...(metadataOnly === true && { accept: metadataAccept.watch }),
      signal: this.#stopping.signal,
      silenceMs: this.#timings.silenceMs,
      watchMs: this.#timings.watchMs * (0.9 + random() / 5),
    })) {
      this.#take(event);
    }
  }

  #selector(): Readonly<Record<string, string>> {
    const { fieldSelector, labelSelector } = this.#options;
    return {
      ...(fieldSelector !== undefined && { fieldSelector }),
      ...(labelSelector !== undefined && { labelSelector }),
    };
  }

  #take({ type, object }: WatchEvent): void {
    this.#recover();
    if (type === "DELETED") this.#cache.remove(object);
    else if (type !== "BOOKMARK") this.#cache.put(object);
    this.#version = object.metadata?.resourceVersion ?? this.#version;
  }

  async #failAndPause(error: unknown): Promise<void> {
    const failure = error instanceof StalledWatch ? "stalled" : isGone(error) ? "gone" : "failed";
    if (failure === "gone") this.#version = undefined;
    this.#failureLog.failed(error);
    this.#options.onFailure?.(failure);
    const delayMs = backoffDelay(this.#failures, this.#timings.backoff, this.#options.random());
    this.#failures += 1;
    await pause(delayMs, this.#options.clock, this.#stopping.signal);
  }

  #recover(): void {
    if (this.#failures > 0) this.#options.onReconnect?.();
    this.#failures = 0;
    this.#failureLog.recovered();
  }
}
