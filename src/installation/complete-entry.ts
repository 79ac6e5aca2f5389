/**
 * Webhook entries as the API server completes them, so that a live one can be compared with a shipped one. Pure.
 */
import type { JsonObject } from "../json-value.ts";
import { isJsonObject } from "../json-value.ts";

/** An entry of a webhook configuration. */
export interface WebhookEntry {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** What the API server fills in where an entry says nothing. Source: Kubernetes API reference, MutatingWebhook. */
export const entryDefaults: JsonObject = {
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

/** The caBundle is left out: it is the injector's own, and kept apart from everything else. */
function completeClient(config: unknown): JsonObject {
  if (!isJsonObject(config)) return {};
  const { caBundle: _caBundle, service, ...rest } = config;
  return { ...rest, ...(isJsonObject(service) && { service: { port: 443, ...service } }) };
}

/** All that an entry says, by itself or by default, but for its name and its caBundle. */
export function completeEntry(entry: WebhookEntry): JsonObject {
  const { name: _name, clientConfig, rules, ...rest } = entry;
  const completed = Array.isArray(rules) ? rules.map(completeRule) : [];
  return { ...entryDefaults, ...rest, clientConfig: completeClient(clientConfig), rules: completed };
}
