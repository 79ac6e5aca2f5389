/**
 * The watchdog in the injector: what it is given, and the Events that come of it.
 */
import type { Clock } from "../clock.ts";
import type { InjectionContext } from "../injection/outcome.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import type { EventRecorder } from "../kubernetes/event-recorder.ts";
import type { RecordedEvent } from "../kubernetes/event-series.ts";
import type { NamespaceStore } from "../kubernetes/namespaces.ts";
import type { Log } from "../observability/logger.ts";
import type { WatchdogMetrics } from "../observability/watchdog-metrics.ts";
import type { RoundTrip } from "../roundtrip/round-trip.ts";
import type { Finding } from "../watchdog/tell-findings.ts";
import type { Watchdog } from "../watchdog/watchdog.ts";
import { createWatchdog } from "../watchdog/watchdog.ts";

export interface PodCareOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly context: () => InjectionContext;
  readonly namespaces: Pick<NamespaceStore, "get" | "synced">;
  readonly leads: () => boolean;
  /** Undefined where it is switched off: then nothing is ever evicted. */
  readonly roundTrip: RoundTrip | undefined;
  readonly metrics: WatchdogMetrics;
  readonly events: Pick<EventRecorder, "record">;
}

/** On the pod's controller, where people look for its pods; on the pod where it has none. */
function eventOf({ pod, action, message }: Finding): RecordedEvent {
  const { namespace, name, uid, controller } = pod;
  const target =
    controller === undefined
      ? { apiVersion: "v1", kind: "Pod", namespace, name, uid }
      : {
          apiVersion: controller.apiVersion,
          kind: controller.kind,
          namespace,
          name: controller.name,
          uid: controller.uid,
        };
  return { type: "Warning", reason: "SidecarMissing", action, message, target };
}

/** The injector's watchdog; it does nothing before its first ring. */
export function createPodCare({ roundTrip, events, ...options }: PodCareOptions): Watchdog {
  return createWatchdog({
    ...options,
    webhookAnswers: async () => (await roundTrip?.confirm()) ?? false,
    onFinding: (finding) => {
      events.record(eventOf(finding));
    },
  });
}
