/**
 * Sends Kubernetes Events, in the background and with manners: whoever records one neither waits nor fails.
 *
 * Repetitions of an Event become a count on it, sending is paced, and the queue is bounded. What does not fit, or is
 * refused by the API server, is dropped and counted: Events are for people, and a rollout of a thousand pods is one story.
 */
import type { Clock } from "../clock.ts";
import type { Log } from "../observability/logger.ts";
import type { KubernetesApi } from "./api.ts";
import { ApiError, isNotFound } from "./api.ts";
import type { BackoffLimits } from "./backoff.ts";
import { backoffDelay } from "./backoff.ts";
import type { EventReporter, RecordedEvent } from "./event-series.ts";
import { eventKey, eventObject, EventSeries, seriesPatch } from "./event-series.ts";
import type { FailureLog } from "./failure-log.ts";
import { createFailureLog } from "./failure-log.ts";
import { pause } from "./pause.ts";

export interface EventLimits {
  /** Events waiting to be sent; more are dropped. */
  readonly queued: number;
  /** Events remembered for counting repetitions; the oldest are forgotten. */
  readonly remembered: number;
  /** An Event that comes again later than this is a new one. */
  readonly seriesMs: number;
  /** Counts are brought up to date this often. */
  readonly updateMs: number;
  /** Between two requests, in the long run and after a burst. */
  readonly paceMs: number;
  readonly burst: number;
  /** A request that failed for a passing reason is tried so many times in all. */
  readonly attempts: number;
  readonly backoff: BackoffLimits;
}

export const defaultEventLimits: EventLimits = {
  queued: 1_000,
  remembered: 4_096,
  seriesMs: 600_000,
  updateMs: 30_000,
  paceMs: 100,
  burst: 50,
  attempts: 4,
  backoff: { firstMs: 500, longestMs: 10_000 },
};

export interface EventRecorderOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly reporter: EventReporter;
  /** So many Events were never sent. */
  readonly onDropped?: (count: number) => void;
  readonly limits?: Partial<EventLimits>;
}

export interface EventRecorder {
  /** Takes an Event; returns at once and never throws. */
  record(event: RecordedEvent): void;
  /** Takes no more, sends what is waiting for at most so many milliseconds, and drops the rest. */
  stop(withinMs: number): Promise<void>;
}

/** A recorder; needs `create` and `patch` on `events.events.k8s.io` in every namespace. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options);
}

class Recorder implements EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #limits: EventLimits;
  readonly #remembered = new Map<string, EventSeries>();
  readonly #queue: EventSeries[] = [];
  /** Counts that wait for the time to be sent -> cancels that. */
  readonly #updates = new Map<EventSeries, () => void>();
  readonly #failureLog: FailureLog;
  /** Aborted when nothing may be sent any more. */
  readonly #ending = new AbortController();
  /** Aborted when nothing is to be waited for any more. */
  readonly #hurrying = new AbortController();
  #sending: Promise<void> | undefined;
  /** When the next request is due at the set pace; the past grants a burst. */
  #nextAt: number;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#limits = { ...defaultEventLimits, ...options.limits };
    this.#nextAt = -Infinity;
    const messages = { failed: "kubernetes event not sent", recovered: "kubernetes events sent again" };
    this.#failureLog = createFailureLog(options.log, messages);
  }

  record(event: RecordedEvent): void {
    if (this.#hurrying.signal.aborted) {
      this.#drop(1);
      return;
    }
    const now = this.#options.clock.now();
    const key = eventKey(event);
    const known = this.#remembered.get(key);
    if (known !== undefined && now - known.lastAt < this.#limits.seriesMs) this.#repeat(known, now);
    else this.#begin(key, new EventSeries(event, now));
  }

  async stop(withinMs: number): Promise<void> {
    const cancel = this.#options.clock.after(withinMs, () => {
      this.#ending.abort(new Error("stopped"));
    });
    this.#hurrying.abort(new Error("stopping"));
    for (const cancelUpdate of this.#updates.values()) cancelUpdate();
    for (const series of this.#remembered.values()) if (series.reported > 0 && isBehind(series)) this.#enqueue(series);
    while (this.#sending !== undefined) await this.#sending;
    cancel();
  }

  #repeat(series: EventSeries, now: number): void {
    series.repeat(now);
    if (series.pending) return;
    series.pending = true;
    const cancel = this.#options.clock.after(this.#limits.updateMs, () => {
      this.#updates.delete(series);
      this.#enqueue(series);
    });
    this.#updates.set(series, cancel);
  }

  #begin(key: string, series: EventSeries): void {
    if (this.#queue.length >= this.#limits.queued) {
      this.#drop(1);
      return;
    }
    // Last in, last forgotten.
    this.#remembered.delete(key);
    this.#remembered.set(key, series);
    if (this.#remembered.size > this.#limits.remembered) {
      for (const oldest of this.#remembered.keys()) {
        this.#remembered.delete(oldest);
        break;
      }
    }
    this.#enqueue(series);
  }

  #enqueue(series: EventSeries): void {
    series.pending = true;
    this.#queue.push(series);
    this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    // Whoever recorded the Event is done first.
    await Promise.resolve();
    for (let series = this.#queue.shift(); series !== undefined; series = this.#queue.shift()) {
      await this.#keepPace();
      await this.#sendOne(series);
    }
    this.#sending = undefined;
  }

  async #keepPace(): Promise<void> {
    const { clock } = this.#options;
    const { paceMs, burst } = this.#limits;
    const now = clock.now();
    this.#nextAt = Math.max(this.#nextAt, now - paceMs * burst) + paceMs;
    if (this.#nextAt > now) await pause(this.#nextAt - now, clock, this.#hurrying.signal);
  }

  async #sendOne(series: EventSeries): Promise<void> {
    const { clock, random } = this.#options;
    for (series.attempts = 1; !this.#ending.signal.aborted; series.attempts += 1) {
      try {
        await this.#send(series);
        this.#failureLog.recovered();
        return;
      } catch (error) {
        this.#failureLog.failed(error);
        if (series.attempts >= this.#limits.attempts || !isPassing(error)) break;
        await pause(backoffDelay(series.attempts - 1, this.#limits.backoff, random()), clock, this.#hurrying.signal);
      }
    }
    series.pending = false;
    this.#drop(series.count - series.reported);
    series.reported = series.count;
  }

  async #send(series: EventSeries): Promise<void> {
    const { api, reporter } = this.#options;
    const path = `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(series.namespace)}/events`;
    const { count } = series;
    const { signal } = this.#ending;
    series.pending = false;
    try {
      if (series.reported === 0) throw new ApiError(404, "NotFound", "not sent yet");
      await api.request({
        method: "PATCH",
        path: `${path}/${series.name}`,
        contentType: "application/merge-patch+json",
        body: seriesPatch(series),
        signal,
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await api.request({ method: "POST", path, body: eventObject(series, reporter), signal });
    }
    series.reported = count;
  }

  #drop(count: number): void {
    if (count > 0) this.#options.onDropped?.(count);
  }
}

function isBehind({ count, reported }: EventSeries): boolean {
  return reported < count;
}

/** Whether another attempt may succeed: no answer, too many requests, or a fault of the server's own. */
function isPassing(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 429 || error.status >= 500;
}
