/**
 * The paths of the webhook. One per webhook entry of the MutatingWebhookConfiguration, so that the handler knows which
 * selector the API server matched; `/mutate` for configurations of other makers, and by hand.
 */
import type { WebhookEntry } from "./admission-request.ts";

export const webhookPaths: Readonly<Record<`/${string}`, WebhookEntry>> = {
  "/mutate": "any",
  "/mutate/namespace": "namespace",
  "/mutate/pod": "pod",
};
