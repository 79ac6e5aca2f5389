/**
 * A live webhook configuration beside the shipped one: what somebody has changed. Pure.
 */
import type { WebhookEntry } from "../installation/complete-entry.ts";
import { completeEntry } from "../installation/complete-entry.ts";
import { describeChanges } from "../installation/describe-changes.ts";

/** A webhook configuration, as far as it is compared. */
export interface WebhookEntries {
  readonly webhooks?: readonly WebhookEntry[];
}

function differences(live: WebhookEntries, shipped: WebhookEntries): readonly string[] {
  const liveByName = new Map((live.webhooks ?? []).map((entry) => [entry.name, entry]));
  const shippedEntries = shipped.webhooks ?? [];
  const changed = shippedEntries.flatMap((entry) => {
    const found = liveByName.get(entry.name);
    if (found === undefined) return [`${entry.name}: missing`];
    return describeChanges(completeEntry(entry), completeEntry(found)).map((line) => `${entry.name}: ${line}`);
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
