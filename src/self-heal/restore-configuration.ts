/**
 * What to restore of a webhook configuration that somebody has edited. Pure.
 *
 * | whose                                                                        | what                                    |
 * |------------------------------------------------------------------------------|-----------------------------------------|
 * | ours: restored                                                               | our entries, each with its rules,       |
 * |                                                                              | selectors, conditions, policies, path   |
 * | the administrator's: left alone                                              | the Service's name, namespace and port, |
 * |                                                                              | a URL instead, timeouts, other entries, |
 * |                                                                              | further labels and annotations          |
 * | the certificates' (`src/certificates`)                                       | `caBundle`                              |
 */
import type { WebhookConfiguration } from "../certificates/webhook-configuration.ts";
import type { WebhookEntry } from "../installation/complete-entry.ts";
import { completeEntry, entryDefaults } from "../installation/complete-entry.ts";
import { describeChanges } from "../installation/describe-changes.ts";
import { selfHealAnnotation, versionLabel } from "../installation/names.ts";
import type { JsonObject } from "../json-value.ts";
import { isJsonObject } from "../json-value.ts";
import type { ShippedForm } from "./shipped-forms.ts";
import { variantOf } from "./shipped-forms.ts";

export interface RestoreInput {
  readonly live: WebhookConfiguration;
  /** As it was when it was last well; where it is known, entries that are missing come back as they were there. */
  readonly before?: WebhookConfiguration | undefined;
  readonly forms: readonly ShippedForm[];
  /** Our own version. */
  readonly version: string;
  /** Whether entries may be made to refuse what nobody answers for: only once somebody is known to answer. */
  readonly mayRefuse: boolean;
}

export type RestorePlan =
  | {
      readonly action: "leave";
      /** Why nothing is restored; not `as-shipped`: because somebody else has a say. */
      readonly because: "as-shipped" | "switched-off" | "other-version" | "unknown-variant" | "being-deleted";
    }
  | {
      readonly action: "restore";
      readonly labels: Readonly<Record<string, string>>;
      readonly webhooks: readonly WebhookEntry[];
      /** What had been changed, one line a field. */
      readonly changes: readonly string[];
    };

/** Whether an administrator has told the injector to keep out. */
export function isSwitchedOff({ metadata }: WebhookConfiguration): boolean {
  return metadata?.annotations?.[selfHealAnnotation] === "false";
}

/** Decides on one configuration. */
export function planRestoration({ live, before, forms, version, mayRefuse }: RestoreInput): RestorePlan {
  const { labels = {}, annotations = {}, deletionTimestamp } = (live.metadata ?? {}) as DeletableMetadata;
  if (isSwitchedOff(live)) return { action: "leave", because: "switched-off" };
  if (deletionTimestamp !== undefined) return { action: "leave", because: "being-deleted" };
  if ((labels[versionLabel] ?? version) !== version) return { action: "leave", because: "other-version" };
  const variant = variantOf({ metadata: { name: "", annotations } });
  const form = forms.find((candidate) => variantOf(candidate) === variant);
  if (form === undefined) return { action: "leave", because: "unknown-variant" };
  const wantedLabels = { ...labels, ...form.metadata.labels };
  const entries = restoreEntries(live.webhooks ?? [], before?.webhooks ?? [], form, mayRefuse);
  const changes = [
    ...describeChanges({ labels: wantedLabels }, { labels }),
    ...entries.flatMap(({ entry, changes }) => changes.map((change) => `${entry.name}: ${change}`)),
  ];
  return changes.length === 0
    ? { action: "leave", because: "as-shipped" }
    : { action: "restore", labels: wantedLabels, webhooks: entries.map(({ entry }) => entry), changes };
}

type DeletableMetadata = NonNullable<WebhookConfiguration["metadata"]> & { readonly deletionTimestamp?: string };

interface RestoredEntry {
  readonly entry: WebhookEntry;
  readonly changes: readonly string[];
}

/** All entries that should be there, in the order in which they stand; missing ones after the others. */
function restoreEntries(
  live: readonly WebhookEntry[],
  before: readonly WebhookEntry[],
  { webhooks }: ShippedForm,
  mayRefuse: boolean,
): readonly RestoredEntry[] {
  const restored = live.map((entry) => {
    const shipped = webhooks.find(({ name }) => name === entry.name);
    return shipped === undefined ? { entry, changes: [] } : restoreEntry(entry, shipped, mayRefuse);
  });
  const missing = webhooks.filter(({ name }) => !live.some((entry) => entry.name === name));
  // Else its neighbours' address and CA, so that the API server can call it at once.
  const [neighbour] = live.filter(({ name }) => webhooks.some((shipped) => shipped.name === name));
  return [
    ...restored,
    ...missing.map((shipped) => {
      const model = before.find(({ name }) => name === shipped.name) ?? neighbour;
      return { entry: madeAnew(shipped, model, mayRefuse), changes: ["missing"] };
    }),
  ];
}

function madeAnew(shipped: WebhookEntry, model: WebhookEntry | undefined, mayRefuse: boolean): WebhookEntry {
  const timeout = model?.name === shipped.name ? model["timeoutSeconds"] : undefined;
  return {
    ...shipped,
    clientConfig: wantedClient(clientOf(model), clientOf(shipped)),
    failurePolicy: wantedPolicy(undefined, shipped, mayRefuse),
    timeoutSeconds: timeout ?? shipped["timeoutSeconds"],
  };
}

function restoreEntry(live: WebhookEntry, shipped: WebhookEntry, mayRefuse: boolean): RestoredEntry {
  const wanted = {
    ...shipped,
    clientConfig: wantedClient(clientOf(live), clientOf(shipped)),
    failurePolicy: wantedPolicy(live, shipped, mayRefuse),
    timeoutSeconds: live["timeoutSeconds"] ?? shipped["timeoutSeconds"],
  };
  // Fields of a newer API, which the API server has filled in, are none of ours.
  const known = new Set([...Object.keys(entryDefaults), ...Object.keys(wanted)]);
  const seen = Object.fromEntries(Object.entries(live).filter(([field]) => known.has(field))) as WebhookEntry;
  const changes = describeChanges(completeEntry(wanted), completeEntry(seen));
  if (changes.length === 0) return { entry: live, changes };
  const added = Object.keys(seen).filter((field) => !Object.hasOwn(wanted, field));
  const defaults = Object.fromEntries(added.map((field) => [field, entryDefaults[field]]));
  return { entry: { ...live, ...defaults, ...wanted }, changes };
}

/** `Fail` refuses pods while nobody answers: it is never set where that is not known to be well. */
function wantedPolicy(live: WebhookEntry | undefined, shipped: WebhookEntry, mayRefuse: boolean): unknown {
  const { failurePolicy } = shipped;
  return failurePolicy === "Fail" && !mayRefuse ? (live?.["failurePolicy"] ?? "Ignore") : failurePolicy;
}

function clientOf(entry: WebhookEntry | undefined): JsonObject {
  const client = entry?.["clientConfig"];
  return isJsonObject(client) ? client : {};
}

/** The administrator's address, with our path; our own address where there is none. */
function wantedClient(live: JsonObject, shipped: JsonObject): JsonObject {
  const { caBundle, url, service } = live;
  const bundle = caBundle === undefined ? {} : { caBundle };
  if (url !== undefined && url !== null) return { url, ...bundle };
  const ours = isJsonObject(shipped["service"]) ? shipped["service"] : {};
  const { name, namespace, port } = { ...ours, ...(isJsonObject(service) && service) };
  return { service: { ...ours, name, namespace, port }, ...bundle };
}
