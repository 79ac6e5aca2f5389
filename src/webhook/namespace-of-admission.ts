/**
 * What is known of a pod's namespace, without asking the API server: from the informer, or, where the informer is behind, from the
 * webhook entry that the API server matched. Its selector ran on the API server's own view, which is never older.
 */
import type { NamespaceView } from "../injection/outcome.ts";
import { injectionLabel } from "../injection/keys.ts";
import type { WebhookEntry } from "./admission-request.ts";

/** The namespace as the informer last saw it; undefined where it has not seen it yet. Must not block. */
export type NamespaceLookup = (name: string) => NamespaceView | undefined;

/**
 * The namespace that decides on a pod.
 *
 *   informer                      entry `namespace`        entry `pod` or none
 *   has not seen it               enabled                  without labels
 *   has no injection label        enabled (just labelled)  as seen
 *   has an injection label        as seen                  as seen
 */
export function namespaceOfAdmission(name: string, entry: WebhookEntry, lookup: NamespaceLookup): NamespaceView {
  const seen = lookup(name) ?? { name, labels: {}, annotations: {} };
  if (entry !== "namespace" || Object.hasOwn(seen.labels, injectionLabel)) return seen;
  return { ...seen, labels: { ...seen.labels, [injectionLabel]: "enabled" } };
}
