/**
 * Removes what the control plane has written into namespaces that are not Outrigger's: the ConfigMaps by which sidecars trust
 * it. Only once no replica is left that would write them again.
 */
import { trustConfigMap } from "../injection/identity-volume.ts";
import { isNotFound } from "../kubernetes/api.ts";
import { listObjects } from "../kubernetes/list-pages.ts";
import type { Undertaking } from "./progress.ts";

/** Resolves to how many there were. */
export async function removeTrust({ api, tell }: Undertaking): Promise<number> {
  const query = { fieldSelector: `metadata.name=${trustConfigMap}` };
  const { objects } = await listObjects(api, { path: "/api/v1/configmaps", query });
  let removed = 0;
  for (const { metadata } of objects) {
    const namespace = metadata?.namespace ?? "";
    try {
      await api.request({ method: "DELETE", path: `/api/v1/namespaces/${namespace}/configmaps/${trustConfigMap}` });
      removed += 1;
    } catch (error) {
      // Its namespace is going, and has taken it along.
      if (!isNotFound(error)) throw error;
    }
  }
  if (removed > 0) tell(`ConfigMap ${trustConfigMap} removed from ${removed} namespaces`);
  return removed;
}
