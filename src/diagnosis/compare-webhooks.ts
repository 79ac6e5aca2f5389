/**
 * A live webhook configuration beside the shipped one: what somebody has changed. Pure.
 */
import { describeChanges } from "../installation/describe-changes.ts";
import type { JsonObject } from "../json-value.ts";
import { isJsonObject } from "../json-value.ts";

/** A webhook configuration, as far as it is compared. */
export interface WebhookEntries {
  readonly webhooks?: readonly WebhookEntry[];
}

export interface WebhookEntry {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** What the API server fills in where an entry says nothing. Source: Kubernetes API reference, MutatingWebhook. */
const entryDefaults = {
  failurePolicy: "Fail",
  matchPolicy: "Equivalent",
  reinvocationPolicy: "Never",
  timeoutSeconds: 10,
  namespaceSelector: {},
  objectSelector: {},
  matchConditions: [],
};

function completeRule(rule: unknown): unknown {
  return isJsonObject(rule) ? { scope: "*", ...rule } : rule;
}

/** The caBundle is left out: it is the injector's own, and a check of its own. */
function completeClient(config: unknown): JsonObject {
  if (!isJsonObject(config)) return {};
  const { caBundle: _caBundle, service, ...rest } = config;
  return { ...rest, ...(isJsonObject(service) && { service: { port: 443, ...service } }) };
}

function complete(entry: WebhookEntry): JsonObject {
  const { name: _name, clientConfig, rules, ...rest } = entry;
  const completed = Array.isArray(rules) ? rules.map(completeRule) : [];
  return { ...entryDefaults, ...rest, clientConfig: completeClient(clientConfig), rules: completed };
}

function differences(live: WebhookEntries, shipped: WebhookEntries): readonly string[] {
  const liveByName = new Map((live.webhooks ?? []).map((entry) => [entry.name, entry]));
  const shippedEntries = shipped.webhooks ?? [];
  const changed = shippedEntries.flatMap((entry) => {
    const found = liveByName.get(entry.name);
    if (found === undefined) return [`${entry.name}: missing`];
    return describeChanges(complete(entry), complete(found)).map((line) => `${entry.name}: ${line}`);
  });
  const known = shippedEntries.map(({ name }) => name);
  const extra = [...liveByName.keys()].filter((name) => !known.includes(name));
  return [...changed, ...extra.map((name) => `${name}: not an entry that is shipped`)];
}

/** One line for each difference to the nearest of the shipped forms; none where it is one of them. */
export function compareWebhooks(live: WebhookEntries, shipped: readonly WebhookEntries[]): readonly string[] {
  const [nearest = []] = shipped.map((form) => differences(live, form)).sort((a, b) => a.length - b.length);
  return nearest;
}
