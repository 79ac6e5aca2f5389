/**
 * What our webhook configurations should hold: the manifests of this version, which are part of the program.
 */
import type { ConfigurationReference } from "../certificates/webhook-configuration.ts";
import type { WebhookEntry } from "../installation/complete-entry.ts";
import type { ManifestObject } from "../installation/manifest.ts";
import { variantAnnotation } from "../installation/names.ts";
import { shippedConfigurations } from "../installation/render-installation.ts";

/** A webhook configuration as it is shipped. */
export interface ShippedForm extends ManifestObject {
  readonly webhooks: readonly WebhookEntry[];
}

/** The kinds of object that the API's resources hold. */
export const configurationKinds: Readonly<Record<ConfigurationReference["resource"], string>> = {
  mutatingwebhookconfigurations: "MutatingWebhookConfiguration",
  validatingwebhookconfigurations: "ValidatingWebhookConfiguration",
};

/** Every form that a configuration may rightly have: as shipped, and as documented components make it. */
export function shippedForms({ resource, name }: ConfigurationReference): readonly ShippedForm[] {
  const kind = configurationKinds[resource];
  const shipped = shippedConfigurations().find(({ object }) => object.kind === kind && object.metadata.name === name);
  return (shipped?.forms ?? []) as readonly ShippedForm[];
}

/** The component that a configuration says it has its form of; the empty text where it says none. */
export function variantOf({ metadata }: Pick<ManifestObject, "metadata"> | ShippedForm): string {
  return metadata.annotations?.[variantAnnotation] ?? "";
}
