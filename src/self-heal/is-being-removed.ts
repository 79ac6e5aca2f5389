/**
 * Whether Outrigger is being uninstalled, or switched off: then a webhook configuration that is gone shall stay so. Left
 * behind without an injector, it would refuse every pod of the labelled namespaces.
 */
import { injectorName } from "../installation/names.ts";
import type { KubernetesApi, KubernetesObject } from "../kubernetes/api.ts";
import { isNotFound } from "../kubernetes/api.ts";

interface Removable extends KubernetesObject {
  readonly metadata?: KubernetesObject["metadata"] & { readonly deletionTimestamp?: string };
  readonly spec?: { readonly replicas?: number };
}

async function find(api: KubernetesApi, path: string): Promise<Removable | undefined> {
  try {
    return await api.request<Removable>({ method: "GET", path });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function isGoing(object: Removable | undefined): boolean {
  return object?.metadata === undefined || object.metadata.deletionTimestamp !== undefined;
}

/**
 * True where the injector's namespace or Deployment is gone or going, or has no replicas to run.
 *
 * @throws ApiError where that may not be read; whoever asks must then take it for true
 */
export async function isBeingRemoved(api: KubernetesApi, namespace: string): Promise<boolean> {
  if (isGoing(await find(api, `/api/v1/namespaces/${namespace}`))) return true;
  const deployment = await find(api, `/apis/apps/v1/namespaces/${namespace}/deployments/${injectorName}`);
  return isGoing(deployment) || deployment?.spec?.replicas === 0;
}
