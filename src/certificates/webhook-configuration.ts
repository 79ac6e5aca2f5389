/**
 * The parts of a webhook configuration that carry CA bundles: read, and written without touching anything else.
 */
import type { ApiRequest, KubernetesObject } from "../kubernetes/api.ts";

/** One of our webhook configurations. */
export interface ConfigurationReference {
  readonly resource: "mutatingwebhookconfigurations" | "validatingwebhookconfigurations";
  readonly name: string;
}

export interface WebhookConfiguration extends KubernetesObject {
  readonly webhooks?: readonly { readonly name: string; readonly clientConfig?: { readonly caBundle?: string } }[];
}

/** The collection that a configuration is in. */
export function configurationsPath({ resource }: ConfigurationReference): string {
  return `/apis/admissionregistration.k8s.io/v1/${resource}`;
}

/** Tells a configuration from all others. */
export function keyOfConfiguration({ resource, name }: ConfigurationReference): string {
  return `${resource}/${name}`;
}

/** The bundle of each entry, as PEM; the empty text where an entry has none. */
export function readBundles({ webhooks = [] }: WebhookConfiguration): readonly string[] {
  return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig?.caBundle ?? "", "base64").toString("utf8"));
}

/** Whether cert-manager's CA injector looks after the bundles; then nobody else may. */
export function isInjectedByCertManager({ metadata }: WebhookConfiguration): boolean {
  return Object.keys(metadata?.annotations ?? {}).some((key) => /^cert-manager\.io\/inject-/.test(key));
}

/**
 * Sets bundles in the configuration that was read, and only there: it fails with a conflict where the object has changed
 * since, so that no entry's bundle can end up in another.
 *
 * @param bundles PEM for each entry; undefined for those that are right
 */
export function patchBundles(
  reference: ConfigurationReference,
  configuration: WebhookConfiguration,
  bundles: readonly (string | undefined)[],
): ApiRequest {
  return {
    method: "PATCH",
    path: `${configurationsPath(reference)}/${reference.name}`,
    query: { fieldManager: "outrigger-webhook" },
    contentType: "application/json-patch+json",
    body: [
      { op: "replace", path: "/metadata/resourceVersion", value: configuration.metadata?.resourceVersion },
      ...bundles.flatMap((bundle, index) => {
        if (bundle === undefined) return [];
        const value = Buffer.from(bundle, "utf8").toString("base64");
        // `add` also replaces.
        return [{ op: "add", path: `/webhooks/${index}/clientConfig/caBundle`, value }];
      }),
    ],
  };
}
