/**
 * A live webhook configuration: read, restored in place, made anew.
 */
import type { ConfigurationReference, WebhookConfiguration } from "../certificates/webhook-configuration.ts";
import { configurationsPath } from "../certificates/webhook-configuration.ts";
import { touchedAnnotation } from "../installation/names.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { isNotFound } from "../kubernetes/api.ts";
import type { RestorePlan } from "./restore-configuration.ts";
import { configurationKinds } from "./shipped-forms.ts";

/** Who the API server notes as the author, as for the caBundle. */
const query = { fieldManager: "outrigger-webhook" };

function pathOf(reference: ConfigurationReference): string {
  return `${configurationsPath(reference)}/${reference.name}`;
}

/** The configuration as it is; undefined where there is none. */
export async function readConfiguration(
  api: KubernetesApi,
  reference: ConfigurationReference,
): Promise<WebhookConfiguration | undefined> {
  try {
    return await api.request<WebhookConfiguration>({ method: "GET", path: pathOf(reference) });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Writes what is to be restored, if the configuration is still as it was read.
 *
 * @throws ApiError 409 where it has changed since
 */
export async function restoreInPlace(
  api: KubernetesApi,
  reference: ConfigurationReference,
  live: WebhookConfiguration,
  { labels, webhooks }: Extract<RestorePlan, { action: "restore" }>,
): Promise<WebhookConfiguration> {
  return api.request({
    method: "PATCH",
    path: pathOf(reference),
    query,
    contentType: "application/json-patch+json",
    body: [
      { op: "replace", path: "/metadata/resourceVersion", value: live.metadata?.resourceVersion },
      { op: "add", path: "/metadata/labels", value: labels },
      { op: "add", path: "/webhooks", value: webhooks },
    ],
  });
}

/**
 * Writes a configuration that is right as it is, so that every API server reads it anew.
 *
 * @throws ApiError 409 where it has changed since it was read
 */
export async function touch(
  api: KubernetesApi,
  reference: ConfigurationReference,
  { metadata }: WebhookConfiguration,
  now: number,
): Promise<WebhookConfiguration> {
  const annotations = { [touchedAnnotation]: new Date(now).toISOString() };
  return api.request({
    method: "PATCH",
    path: pathOf(reference),
    query,
    contentType: "application/merge-patch+json",
    body: { metadata: { resourceVersion: metadata?.resourceVersion, annotations } },
  });
}

/**
 * Makes the configuration anew.
 *
 * @param last as it was when it was last there, of which labels and annotations are kept
 * @param plan what was to be restored of it, were it still there
 * @throws ApiError 409 where it is there again
 */
export async function createAnew(
  api: KubernetesApi,
  reference: ConfigurationReference,
  last: WebhookConfiguration,
  plan: RestorePlan,
): Promise<WebhookConfiguration> {
  const { metadata } = last;
  const restored = plan.action === "restore" ? plan : { labels: metadata?.labels, webhooks: last.webhooks };
  return api.request({
    method: "POST",
    path: configurationsPath(reference),
    query,
    body: {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: configurationKinds[reference.resource],
      metadata: { name: reference.name, labels: restored.labels, annotations: metadata?.annotations },
      webhooks: restored.webhooks,
    },
  });
}
