/**
 * What the injector does for itself, beside answering: it finds out whether it is reachable, and restores the webhook
 * configurations that make it so.
 */
import type { ConfigurationReference } from "../certificates/webhook-configuration.ts";
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import type { EventRecorder } from "../kubernetes/event-recorder.ts";
import type { RecordedEvent } from "../kubernetes/event-series.ts";
import type { Log } from "../observability/logger.ts";
import type { ReadinessCondition } from "../observability/readiness.ts";
import type { SelfCareMetrics } from "../observability/self-care-metrics.ts";
import { createReadinessHold } from "../roundtrip/readiness-hold.ts";
import type { RoundTrip } from "../roundtrip/round-trip.ts";
import { createRoundTrip } from "../roundtrip/round-trip.ts";
import { isBeingRemoved } from "../self-heal/is-being-removed.ts";
import type { Restoration } from "../self-heal/keeper-options.ts";
import type { SelfHeal } from "../self-heal/self-heal.ts";
import { createSelfHeal } from "../self-heal/self-heal.ts";
import { configurationKinds } from "../self-heal/shipped-forms.ts";
import type { WebhookOptions } from "./webhook-options.ts";

export interface SelfCareOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly options: Pick<WebhookOptions, "selfHeal" | "roundTripNamespace" | "webhookConfiguration">;
  readonly version: string;
  readonly meshNamespace: string;
  readonly metrics: SelfCareMetrics;
  readonly events: Pick<EventRecorder, "record">;
  readonly leads: () => boolean;
}

export interface SelfCare {
  start(): void;
  stop(): void;
  /** Undefined where it is switched off. */
  readonly roundTrip: RoundTrip | undefined;
  readonly conditions: readonly ReadinessCondition[];
}

/** Our webhook configurations: those that pods depend on, and those that only give advice. */
export function webhookConfigurations(name: string): {
  readonly required: readonly ConfigurationReference[];
  readonly advisory: readonly ConfigurationReference[];
} {
  return {
    required: [{ resource: "mutatingwebhookconfigurations", name }],
    advisory: [{ resource: "validatingwebhookconfigurations", name }],
  };
}

function describeRestoration({ cause, changes }: Restoration): string {
  if (cause === "distrusted") return "written again as it is: an API server did not trust the CA that is in it";
  const how = 'the annotation outrigger.dev/self-heal: "false" lets others change it';
  return `restored as shipped (${how}): ${cause === "deleted" ? "it had been deleted" : changes.join(", ")}`;
}

/** What an administrator finds on a configuration that did not stay as he made it. */
function restoredEvent(restoration: Restoration): RecordedEvent {
  const { reference, configuration } = restoration;
  const { name, resource } = reference;
  const uid = configuration.metadata?.uid;
  return {
    type: "Warning",
    reason: "WebhookConfigurationRestored",
    action: "Restore",
    message: describeRestoration(restoration).slice(0, 900),
    target: {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: configurationKinds[resource],
      name,
      ...(uid !== undefined && { uid }),
    },
  };
}

/** Puts the two together; nothing is sent before `start()`. */
export function createSelfCare(care: SelfCareOptions): SelfCare {
  const { options, metrics, clock, leads } = care;
  let selfHeal: SelfHeal | undefined;
  const roundTrip =
    options.roundTripNamespace === undefined
      ? undefined
      : createRoundTrip({
          ...care,
          namespace: options.roundTripNamespace,
          onProbe: (result, seconds) => {
            metrics.roundTrip(result, seconds, clock.now());
          },
          onAnswered: () => selfHeal?.ring(),
          onDistrusted: () => {
            if (leads()) selfHeal?.refresh();
          },
        });
  if (options.selfHeal) selfHeal = heal(care, roundTrip);
  return {
    start: () => {
      roundTrip?.start();
      selfHeal?.start();
    },
    stop: () => {
      roundTrip?.stop();
      selfHeal?.stop();
    },
    roundTrip,
    conditions:
      roundTrip === undefined
        ? []
        : [
            createReadinessHold({ clock, roundTrip, leads }),
            { name: "round-trip", unmet: () => roundTrip.complaint(), informational: true },
          ],
  };
}

function heal(care: SelfCareOptions, roundTrip: RoundTrip | undefined): SelfHeal {
  const { api, options, meshNamespace, metrics, events } = care;
  const { required, advisory } = webhookConfigurations(options.webhookConfiguration);
  return createSelfHeal({
    ...care,
    configurations: [...required, ...advisory],
    // Where nobody tries it, nobody knows; then what is shipped counts.
    mayRefuse: () => roundTrip?.isAnswered() ?? true,
    isBeingRemoved: () => isBeingRemoved(api, meshNamespace),
    onRestored: (restoration) => {
      const mutating = restoration.reference.resource === "mutatingwebhookconfigurations";
      metrics.restored(mutating ? "mutating" : "validating", restoration.cause);
      events.record(restoredEvent(restoration));
    },
  });
}
