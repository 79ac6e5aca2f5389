/**
 * The CA bundles of the live webhook configuration: what the API server trusts the webhook by.
 */
import { kubernetesClient } from "./kubernetes-client.ts";

interface Configuration {
  readonly webhooks: readonly Entry[];
}

interface Entry {
  readonly name: string;
  readonly clientConfig: { readonly caBundle?: string };
}

const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/outrigger-injector";

/** Base64 of PEM, one for each entry; the empty text where an entry has none. */
export async function readBundles(): Promise<readonly string[]> {
  const client = await kubernetesClient();
  const { webhooks } = await client.ok<Configuration>("GET", path);
  return webhooks.map(({ clientConfig }) => clientConfig.caBundle ?? "");
}

/** Replaces every entry's bundle; `change` gets what is there, and the entry's name. */
export async function editBundles(change: (bundle: string, entry: string) => string): Promise<void> {
  const client = await kubernetesClient();
  const { webhooks } = await client.ok<Configuration>("GET", path);
  const edited = webhooks.map((entry) => ({
    ...entry,
    clientConfig: { ...entry.clientConfig, caBundle: change(entry.clientConfig.caBundle ?? "", entry.name) },
  }));
  await client.ok("PATCH", path, { webhooks: edited });
}
