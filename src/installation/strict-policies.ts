/**
 * What stands in the way back from a mesh: workloads that take nothing but mutual TLS. While pods are made anew one by one,
 * those that have lost it could no longer call those that still ask for it.
 */
import { OutriggerError } from "../errors.ts";
import { isJsonObject } from "../json-value.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { isNotFound } from "../kubernetes/api.ts";
import { listObjects } from "../kubernetes/list-pages.ts";

const path = "/apis/outrigger.dev/v1alpha1/meshtls";

function isStrict(object: unknown): boolean {
  const spec = isJsonObject(object) ? object["spec"] : undefined;
  if (!isJsonObject(spec)) return false;
  const ports: readonly unknown[] = Array.isArray(spec["ports"]) ? spec["ports"] : [];
  return [spec, ...ports].some((part) => isJsonObject(part) && part["mode"] === "strict");
}

/** `<namespace>/<name>` of each MeshTLS object that asks for `strict`, be it of one port; none where there is no such kind. */
async function readStrictPolicies(api: KubernetesApi): Promise<readonly string[]> {
  try {
    const { objects } = await listObjects(api, { path, query: {} });
    const strict = objects.filter(isStrict);
    return strict.map(({ metadata }) => `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`).sort();
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/**
 * Makes sure that nothing refuses what a standalone sidecar sends.
 *
 * @throws OutriggerError `OUTRIGGER_MESH_TLS_STRICT`
 */
export async function assertNothingStrict(api: KubernetesApi): Promise<void> {
  const strict = await readStrictPolicies(api);
  if (strict.length > 0) throw new OutriggerError("OUTRIGGER_MESH_TLS_STRICT", strict.join(", "));
}
