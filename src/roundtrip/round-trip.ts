/**
 * Whether a pod that is created through the API server really comes back with its sidecar: asked again and again by the
 * injector itself, with a dry run in a namespace of its own that never holds a pod.
 *
 * Who answers may be another replica, so the result says nothing about this one. What it counts for is told in
 * `readiness-hold.ts`.
 */
import type { Clock } from "../clock.ts";
import type { ProbeResult } from "../diagnosis/probe-webhook.ts";
import { probeWebhook } from "../diagnosis/probe-webhook.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { createReconcileLoop } from "../kubernetes/reconcile-loop.ts";
import type { Log } from "../observability/logger.ts";

/** What became of the probe; `failed`: the API server itself did not answer. */
export type RoundTripResult = ProbeResult["state"] | "failed";

export interface RoundTripTimings {
  /** Between two probes while all is well, or nobody can say. */
  readonly calmMs: number;
  /** While pods come back without a sidecar, or not at all. */
  readonly worriedMs: number;
  /** The same, while this process is new and may wait for it to become ready: for `eagerForMs` at most. */
  readonly eagerMs: number;
  readonly eagerForMs: number;
}

export const defaultRoundTripTimings: RoundTripTimings = {
  calmMs: 30_000,
  worriedMs: 5_000,
  eagerMs: 1_000,
  eagerForMs: 20_000,
};

/** The webhook's CA was unknown to the API server in so many probes on end: first so many, then each time so many more. */
const distrustedProbes = { first: 2, then: 6 } as const;

export interface RoundTripOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  /** Where the pod is tried. */
  readonly namespace: string;
  /** Hears of each probe: its result, and how many seconds it took. */
  readonly onProbe: (result: RoundTripResult, seconds: number) => void;
  /** {@link RoundTrip.isAnswered} has become true. */
  readonly onAnswered?: () => void;
  /** The API server has gone on for a while not to know the CA that it was given. */
  readonly onDistrusted?: () => void;
  readonly timings?: Partial<RoundTripTimings>;
}

export interface RoundTrip {
  start(): void;
  stop(): void;
  /**
   * Whether the webhook is known to answer: by the last probe that could tell. One that came back untouched cannot: the
   * API server may not have asked.
   */
  isAnswered(): boolean;
  /** What became of the last probe; undefined before the first. */
  lastResult(): RoundTripResult | undefined;
  /** Probes now, and resolves to whether the pod came back with its sidecar. */
  confirm(): Promise<boolean>;
  /** What is not well, as a sentence without its full stop; undefined where all is. */
  readonly complaint: () => string | undefined;
  /** Resolves when no probe is under way. */
  idle(): Promise<void>;
}

/** Needs `create` on pods in the namespace; the API server asks for it even for a dry run. */
export function createRoundTrip(options: RoundTripOptions): RoundTrip {
  const { api, clock, random, log, namespace, onProbe, onAnswered, onDistrusted } = options;
  const timings = { ...defaultRoundTripTimings, ...options.timings };
  const eagerUntil = clock.now() + timings.eagerForMs;
  let last: { readonly result: RoundTripResult; readonly message: string } | undefined;
  let probes = 0;
  let answered = false;
  let distrusted = 0;

  async function probe(): Promise<{ readonly result: RoundTripResult; readonly message: string }> {
    try {
      const found = await probeWebhook(api, namespace);
      return { result: found.state, message: "message" in found ? found.message : "" };
    } catch (error) {
      return { result: "failed", message: error instanceof Error ? error.message : String(error) };
    }
  }

  function take(result: RoundTripResult, message: string): void {
    const changed = result !== last?.result;
    last = { result, message };
    // Not each time: what lasts is in the metric.
    if (changed) log[result === "injected" ? "info" : "warn"]({ result, namespace, message }, "round trip");
    const before = answered;
    if (result === "injected" || result === "denied") answered = true;
    if (result === "unanswered") answered = false;
    if (answered && !before) onAnswered?.();
    distrusted = result === "unanswered" && unknownAuthority.test(message) ? distrusted + 1 : 0;
    if (distrusted % distrustedProbes.then === distrustedProbes.first) onDistrusted?.();
  }

  function delayAfter(result: RoundTripResult): number {
    if (result !== "unanswered" && result !== "untouched") return timings.calmMs;
    return !answered && clock.now() < eagerUntil ? timings.eagerMs : timings.worriedMs;
  }

  const loop = createReconcileLoop({
    run: async () => {
      const startedAt = clock.now();
      const { result, message } = await probe();
      probes += 1;
      onProbe(result, (clock.now() - startedAt) / 1_000);
      take(result, message);
      return delayAfter(result) * (0.9 + random() / 5);
    },
    clock,
    random,
    onFailure: (err) => {
      log.error({ err }, "round trip could not be reported");
    },
  });

  return {
    start: loop.ring,
    stop: loop.stop,
    isAnswered: () => answered,
    lastResult: () => last?.result,
    confirm: async () => {
      const before = probes;
      loop.ring();
      await loop.idle();
      return probes > before && last?.result === "injected";
    },
    complaint: () => {
      if (last === undefined) return "no pod has been tried yet";
      return last.result === "injected" ? undefined : describe(last.result, last.message);
    },
    idle: () => loop.idle(),
  };
}

/** Go's crypto/x509, in the API server's own message. */
const unknownAuthority = /x509: certificate signed by unknown authority/;

const sentences: Readonly<Record<Exclude<RoundTripResult, "injected">, string>> = {
  untouched: "a pod that was tried came back without a sidecar",
  denied: "the webhook refuses the pod that is tried",
  unanswered: "the API server gets no answer from the webhook",
  inconclusive: "the pod that is tried is refused by somebody else",
  failed: "the API server did not answer",
};

function describe(result: Exclude<RoundTripResult, "injected">, message: string): string {
  return message === "" ? sentences[result] : `${sentences[result]}: ${message}`;
}
