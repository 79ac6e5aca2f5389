/**
 * A shipped webhook configuration as an API server would hold it.
 */
import type { ConfigurationReference, WebhookConfiguration } from "../../../src/certificates/webhook-configuration.ts";
import { entryDefaults } from "../../../src/installation/complete-entry.ts";
import type { WebhookEntry } from "../../../src/installation/complete-entry.ts";
import type { ShippedForm } from "../../../src/self-heal/shipped-forms.ts";
import { shippedForms } from "../../../src/self-heal/shipped-forms.ts";

export const mutating: ConfigurationReference = {
  resource: "mutatingwebhookconfigurations",
  name: "outrigger-injector",
};
export const validating: ConfigurationReference = {
  resource: "validatingwebhookconfigurations",
  name: "outrigger-injector",
};

/** With an administrator's port, and a CA. */
export type LiveForm = Omit<WebhookConfiguration, "webhooks"> & { readonly webhooks: readonly WebhookEntry[] };

export const caBundle = Buffer.from("a CA").toString("base64");

/** The address that the administrator has chosen. */
export const service = { name: "balancer", namespace: "edge", port: 9443 };

function liveEntry(entry: WebhookEntry): WebhookEntry {
  const client = entry["clientConfig"] as { readonly service: object };
  return {
    ...entryDefaults,
    ...entry,
    // What a newer API server might fill in.
    fieldOfTheFuture: "default",
    timeoutSeconds: 7,
    clientConfig: { service: { ...client.service, ...service }, caBundle },
  };
}

/** A form as it is live. */
export function liveForm(form: ShippedForm): LiveForm {
  const { apiVersion, kind, metadata, webhooks } = form;
  const live = { apiVersion, kind, metadata: { ...metadata }, webhooks: webhooks.map(liveEntry) };
  return live;
}

/** The first form of a configuration: as shipped, without any component. */
export function shippedForm(reference: ConfigurationReference = mutating): ShippedForm {
  const [form] = shippedForms(reference);
  if (form === undefined) throw new Error(`no form of ${reference.resource} is shipped`);
  return form;
}

/** A live form with one entry changed. */
export function withEntry(live: LiveForm, index: number, change: object): LiveForm {
  return { ...live, webhooks: live.webhooks.map((entry, at) => (at === index ? { ...entry, ...change } : entry)) };
}
