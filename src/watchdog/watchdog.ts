/**
 * Counts pods whose sidecar is outdated or missing and, where the mesh config says so, tells of the missing ones or evicts
 * them: only as the leader, slowly, and only right after a pod that was tried came back with its sidecar.
 */
import type { MeshConfig } from "../config/schema.ts";
import type { InjectionContext, NamespaceView } from "../injection/outcome.ts";
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { isNotFound } from "../kubernetes/api.ts";
import type { ReconcileLoop } from "../kubernetes/reconcile-loop.ts";
import { createLoggedLoop } from "../kubernetes/logged-loop.ts";
import type { Log } from "../observability/logger.ts";
import type { WatchdogMetrics } from "../observability/watchdog-metrics.ts";
import { evictPod } from "./evict-pod.ts";
import { EvictionMemory } from "./eviction-memory.ts";
import type { JudgedPod } from "./judge-naked.ts";
import { judgeNaked, nextEvictions, watchedNamespace } from "./judge-naked.ts";
import type { WatchedNamespace } from "./left-alone.ts";
import type { NakedPod } from "./naked-pod.ts";
import type { PodCensus } from "./pod-census.ts";
import { countNaked, storedPods, takeCensus } from "./pod-census.ts";
import type { Finding } from "./tell-findings.ts";
import { FindingLog } from "./tell-findings.ts";

export interface WatchdogTimings {
  /** Between two counts where nothing more is asked for. */
  readonly calmMs: number;
  /** Between two counts where naked pods are to be told or evicted. */
  readonly watchMs: number;
  /** Until the namespaces are known. */
  readonly startMs: number;
}

/** A count reads every pod of the cluster: often enough for a dashboard, and no load. */
export const defaultWatchdogTimings: WatchdogTimings = { calmMs: 300_000, watchMs: 60_000, startMs: 1_000 };

export interface WatchdogOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  /** What the webhook decides by now. */
  readonly context: () => InjectionContext;
  readonly namespaces: { get(name: string): NamespaceView | undefined; synced(): boolean };
  /** Whether this replica leads now. */
  readonly leads: () => boolean;
  /** Tries whether a pod that is made now gets its sidecar. */
  readonly webhookAnswers: () => Promise<boolean>;
  readonly metrics: WatchdogMetrics;
  readonly onFinding: (finding: Finding) => void;
  readonly timings?: Partial<WatchdogTimings>;
}

export interface Watchdog {
  /** Leadership, the mesh config or the round trip may have changed; the first ring starts it. */
  readonly ring: () => void;
  stop(): void;
  idle(): Promise<void>;
}

/** Needs `list` on pods and `get` on namespaces; to evict, `create` on `pods/eviction`. */
export function createWatchdog(options: WatchdogOptions): Watchdog {
  return new Dog(options);
}

const messages = { failed: "watchdog interrupted", recovered: "watchdog goes on" };

type Settings = MeshConfig["watchdog"];

class Dog implements Watchdog {
  readonly #options: WatchdogOptions;
  readonly #timings: WatchdogTimings;
  readonly #memory = new EvictionMemory();
  readonly #findings: FindingLog;
  readonly #loop: ReconcileLoop;

  constructor(options: WatchdogOptions) {
    const { clock, random, log, timings, metrics, onFinding } = options;
    this.#options = options;
    this.#timings = { ...defaultWatchdogTimings, ...timings };
    this.#findings = new FindingLog({ log, metrics, onFinding });
    this.#loop = createLoggedLoop({
      run: () => this.#run(),
      clock,
      random,
      log,
      messages,
    });
  }

  readonly ring = (): void => {
    this.#loop.ring();
  };

  stop(): void {
    this.#loop.stop();
  }

  idle(): Promise<void> {
    return this.#loop.idle();
  }

  async #run(): Promise<number> {
    const { api, clock, context, namespaces, leads, metrics } = this.#options;
    if (!leads()) {
      metrics.forgetCensus();
      return this.#timings.calmMs;
    }
    if (!namespaces.synced()) return this.#timings.startMs;
    const current = context();
    const census = await takeCensus(storedPods(api), (name) => namespaces.get(name), current);
    metrics.census(census.stale, countNaked(census), clock.now());
    const { watchdog } = current.config;
    return watchdog.mode === "disabled" ? this.#timings.calmMs : this.#attend(census, watchdog);
  }

  async #attend(census: PodCensus, settings: Settings): Promise<number> {
    const { clock } = this.#options;
    const judged = judgeNaked({
      census,
      namespaces: await this.#readNamespaces(census),
      memory: this.#memory,
      minimumAgeMs: settings.minimumAgeSeconds * 1_000,
      now: clock.now(),
    });
    this.#findings.tell(judged, settings.mode === "evict");
    return settings.mode === "evict" ? this.#evict(judged, settings) : this.#timings.watchMs;
  }

  /** As they are now: whether a pod may go must not hang on what a watch has not told yet. */
  async #readNamespaces({ naked }: PodCensus): Promise<ReadonlyMap<string, WatchedNamespace>> {
    const { api } = this.#options;
    const found = new Map<string, WatchedNamespace>();
    for (const name of new Set(naked.map(({ namespace }) => namespace))) {
      try {
        found.set(name, watchedNamespace(await api.request({ method: "GET", path: `/api/v1/namespaces/${name}` })));
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    return found;
  }

  /** Evicts at most one pod; others are tried only where the first are protected. */
  async #evict(judged: readonly JudgedPod[], { evictionsPerMinute }: Settings): Promise<number> {
    const { clock, leads, webhookAnswers } = this.#options;
    const waitMs = this.#memory.waitMs(evictionsPerMinute, clock.now());
    if (waitMs > 0) return waitMs;
    const candidates = nextEvictions(judged, this.#memory, clock.now());
    for (const pod of candidates.slice(0, mostAttempts)) {
      if (!(await webhookAnswers())) {
        this.#findings.webhookSilent();
        return this.#timings.watchMs;
      }
      // Asked last: the lead may have ended while the API server was answering.
      if (!leads()) return 0;
      if (await this.#evictOne(pod)) break;
    }
    return candidates.length === 0 ? this.#timings.watchMs : 60_000 / evictionsPerMinute;
  }

  /** Resolves to whether no other is to be tried. */
  async #evictOne(pod: NakedPod): Promise<boolean> {
    const { api, clock, metrics } = this.#options;
    const controller = pod.controller?.uid ?? "";
    try {
      const result = await evictPod(api, pod);
      this.#findings.evicted(pod, result);
      if (result === "evicted") this.#memory.evicted(controller, clock.now());
      else this.#memory.putOff(controller, clock.now());
      return result === "evicted" || result === "forbidden";
    } catch (error) {
      metrics.attempt("failed");
      throw error;
    }
  }
}

/** In a cluster whose workloads all have tight budgets, one count must not become a thousand requests. */
const mostAttempts = 5;
