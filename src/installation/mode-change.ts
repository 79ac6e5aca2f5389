/**
 * From sidecars that work by themselves to those that a control plane configures, and back: what is looked at before, and what
 * remains to be done by whoever owns the pods.
 */
import type { KubernetesApi } from "../kubernetes/api.ts";
import { findObject } from "./apply-object.ts";
import type { ManifestObject } from "./manifest.ts";
import { configOfManifests, leavesMesh, readConfigText } from "./mesh-config-change.ts";
import { controlPlaneName, systemNamespace } from "./names.ts";
import { countSidecars, describePods } from "./sidecars-in-use.ts";
import { assertNothingStrict } from "./strict-policies.ts";

/**
 * Makes sure that the way back from a mesh breaks no calls.
 *
 * @throws OutriggerError `OUTRIGGER_MESH_TLS_STRICT`
 */
export async function assertMayChangeMode(
  api: KubernetesApi,
  objects: readonly ManifestObject[],
  liveMeshConfig: string | undefined,
): Promise<void> {
  const change = { from: readConfigText(liveMeshConfig), to: configOfManifests(objects) };
  if (leavesMesh(change)) await assertNothingStrict(api);
}

const restart = "`outrigger restart --stale --all-namespaces`";

/** Tells of the sidecars that are of the other kind, and of a control plane that nobody is to need any more. */
export async function tellOfOtherSidecars(
  api: KubernetesApi,
  objects: readonly ManifestObject[],
  tell: (line: string) => void,
): Promise<void> {
  const mode = configOfManifests(objects)?.mode ?? "standalone";
  if (mode === "mesh") {
    const others = await countSidecars(api, "standalone");
    if (others.size > 0)
      tell(`not in the mesh yet, as their sidecars were made before: ${describePods(others)}; ${restart}`);
    return;
  }
  const path = `/apis/apps/v1/namespaces/${systemNamespace}/deployments/${controlPlaneName}`;
  if ((await findObject(api, path)) === undefined) return;
  const others = await countSidecars(api, "mesh");
  const remove = "`outrigger uninstall --mesh --yes` removes it";
  if (others.size === 0) tell(`no sidecar needs the control plane any more; ${remove}`);
  else tell(`the control plane stays, as the sidecars of ${describePods(others)} need it: ${restart}; then ${remove}`);
}
