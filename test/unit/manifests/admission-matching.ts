/**
 * What the API server does before it calls a webhook: selectors first, then the CEL match conditions. Judged here by the
 * injector's own selector code and by a CEL interpreter; the end-to-end tests put the same manifests to a real API
 * server.
 */
import { evaluate } from "@marcbachmann/cel-js";
import { selects } from "../../../src/kubernetes/label-selector.ts";
import type { LabelSelector } from "../../../src/kubernetes/label-selector.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";

export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

export interface WebhookEntry {
  readonly name: string;
  readonly failurePolicy: string;
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchConditions: readonly MatchCondition[];
}

export interface NamespaceLike {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Whether a CEL expression about the pod holds; inside the API server every object has metadata. */
export function holds(expression: string, pod: Pod): boolean {
  return evaluate(expression, { object: { metadata: {}, ...pod } }) === true;
}

/** Whether a CEL expression about an object of any kind, as this user writes it, holds. */
export function holdsForWrite(expression: string, object: object, username: string): boolean {
  const metadata = {};
  return evaluate(expression, { object: { metadata, ...object }, request: { userInfo: { username } } }) === true;
}

/** The namespace's labels as selectors see them: the API server itself adds the name. */
function selectableLabels({ name, labels }: NamespaceLike): Readonly<Record<string, string>> {
  return { ...labels, "kubernetes.io/metadata.name": name };
}

/** The entries of a webhook configuration that match the creation of the pod. */
export function matchingEntries(
  entries: readonly WebhookEntry[],
  namespace: NamespaceLike,
  pod: Pod,
): readonly WebhookEntry[] {
  return entries.filter(
    ({ namespaceSelector, objectSelector = {}, matchConditions }) =>
      selects(namespaceSelector, selectableLabels(namespace)) &&
      selects(objectSelector, pod.metadata?.labels ?? {}) &&
      matchConditions.every(({ expression }) => holds(expression, pod)),
  );
}
