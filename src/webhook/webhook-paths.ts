/**
 * The paths of the webhook. One per webhook entry of the MutatingWebhookConfiguration, so that the handler knows which
 * selector the API server matched; `/mutate` for configurations of other makers, and by hand. And one for advice, which the
 * ValidatingWebhookConfiguration names.
 */
import type { WebhookEntry } from "./admission-request.ts";

export const webhookPaths: Readonly<Record<`/${string}`, WebhookEntry>> = {
  "/mutate": "any",
  "/mutate/namespace": "namespace",
  "/mutate/pod": "pod",
};

/** Workloads, on which nothing but advice is given. */
export const advicePath = "/advise/workload";

/** Whether anybody answers there. */
export function isWebhookPath(path: string): boolean {
  return path === advicePath || Object.hasOwn(webhookPaths, path);
}
