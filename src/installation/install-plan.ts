/**
 * In which order an installation is applied, so that no pod's creation is held up at any time. Pure.
 *
 * First everything that calls nobody, a mesh's control plane with it; then the injector, whose sidecars a control plane that
 * is ready configures; then, once its replicas are ready, the webhook configuration; last the policy that refuses pods without
 * a sidecar. Until the API server trusts the replicas' certificate, entries that do not yet have a
 * CA are applied with `failurePolicy: Ignore`: with `Fail` they would refuse every pod for as long as that takes.
 */
import type { WebhookConfiguration } from "../certificates/webhook-configuration.ts";
import type { ManifestObject } from "./manifest.ts";
import { injectorName, selfHealAnnotation } from "./names.ts";

export interface InstallPlan {
  /** Called by nobody, or needed by the injector or its sidecars. */
  readonly foundation: readonly ManifestObject[];
  /** Makes sidecars. */
  readonly injector: readonly ManifestObject[];
  /** Make the API server call the injector. */
  readonly webhooks: readonly WebhookManifest[];
  /** Refuse pods that the injector has not seen. */
  readonly policies: readonly ManifestObject[];
}

export interface WebhookManifest extends ManifestObject {
  readonly webhooks: readonly WebhookEntryManifest[];
}

interface WebhookEntryManifest {
  readonly name: string;
  readonly failurePolicy?: string;
}

/** Whether the API server asks somebody because of this object. */
export function isWebhookConfiguration(object: ManifestObject): object is WebhookManifest {
  const { kind } = object;
  return kind === "MutatingWebhookConfiguration" || kind === "ValidatingWebhookConfiguration";
}

/** Whether the API server itself refuses objects because of this one. */
export function isAdmissionPolicy({ kind }: ManifestObject): boolean {
  return kind.startsWith("ValidatingAdmissionPolicy");
}

function isInjector({ kind, metadata }: ManifestObject): boolean {
  return kind === "Deployment" && metadata.name === injectorName;
}

/** Sorts the objects into the steps; within each their order stays. */
export function planInstallation(objects: readonly ManifestObject[]): InstallPlan {
  const isLater = (object: ManifestObject): boolean =>
    isInjector(object) || isWebhookConfiguration(object) || isAdmissionPolicy(object);
  return {
    foundation: objects.filter((object) => !isLater(object)),
    injector: objects.filter(isInjector),
    webhooks: objects.filter(isWebhookConfiguration),
    policies: objects.filter(isAdmissionPolicy),
  };
}

/** Names of the entries that have a CA bundle. */
function trusting(live: WebhookConfiguration | undefined): readonly string[] {
  const entries = live?.webhooks ?? [];
  return entries.filter(({ clientConfig }) => (clientConfig?.caBundle ?? "") !== "").map(({ name }) => name);
}

/** The entries of a configuration that have no CA in the cluster yet. */
export function untrusting(shipped: WebhookManifest, live: WebhookConfiguration | undefined): readonly string[] {
  const trusted = trusting(live);
  return shipped.webhooks.map(({ name }) => name).filter((name) => !trusted.includes(name));
}

/**
 * The configuration with these entries letting pods pass where there is no answer; the injector is not to restore them
 * meanwhile.
 */
export function withoutHoldingUp(shipped: WebhookManifest, entries: readonly string[]): WebhookManifest {
  const webhooks = shipped.webhooks.map((entry) =>
    entries.includes(entry.name) ? { ...entry, failurePolicy: "Ignore" } : entry,
  );
  const annotations = { ...shipped.metadata.annotations, [selfHealAnnotation]: "false" };
  return { ...shipped, metadata: { ...shipped.metadata, annotations }, webhooks };
}
