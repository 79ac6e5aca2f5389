/**
 * What a changed mesh config means for what runs. Pure.
 *
 * The injector takes a new config up by itself, but only when the kubelet has brought it, up to two minutes later; the control
 * plane reads it at its start. An installation that has changed it is done when it is in force, so both begin anew.
 */
import { hashForControlPlane, hashMeshConfig } from "../config/hash.ts";
import { parseMeshConfig } from "../config/load.ts";
import type { MeshConfig } from "../config/schema.ts";
import { validateDefaults } from "../injection/annotations/registry.ts";
import { editMeshConfig } from "./edit-mesh-config.ts";
import type { ManifestObject } from "./manifest.ts";
import { controlPlaneName, injectorName, meshConfigKey, meshConfigMap } from "./names.ts";

interface ConfigMapManifest extends ManifestObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Whether this is the mesh config's ConfigMap. */
export function isMeshConfigMap(object: ManifestObject): object is ConfigMapManifest {
  return object.kind === "ConfigMap" && object.metadata.name === meshConfigMap;
}

/** A mesh config; undefined where there is none, or where it cannot be read. */
export function readConfigText(text: string | undefined): MeshConfig | undefined {
  const parsed = text === undefined ? undefined : parseMeshConfig(text, validateDefaults);
  return parsed?.ok === true ? parsed.value : undefined;
}

/** The mesh config that these objects bring. */
export function configOfManifests(objects: readonly ManifestObject[]): MeshConfig | undefined {
  return readConfigText(objects.find(isMeshConfigMap)?.data?.[meshConfigKey]);
}

/** From one text of the mesh config to another. */
export interface MeshConfigChange {
  /** Undefined: there is none in the cluster, or one that cannot be read. */
  readonly from: MeshConfig | undefined;
  readonly to: MeshConfig | undefined;
}

/** Names of the Deployments whose replicas, if they run already, go by what was before. */
export function outdatedDeployments({ from, to }: MeshConfigChange): readonly string[] {
  if (from === undefined || to === undefined) return [];
  return [
    ...(hashForControlPlane(from) === hashForControlPlane(to) ? [] : [controlPlaneName]),
    ...(hashMeshConfig(from) === hashMeshConfig(to) ? [] : [injectorName]),
  ];
}

/** Whether sidecars are to be configured by a control plane that they were not configured by before. */
export function entersMesh({ from, to }: MeshConfigChange): boolean {
  return from?.mode === "standalone" && to?.mode === "mesh";
}

/** Whether sidecars are no longer to be configured by a control plane. */
export function leavesMesh({ from, to }: MeshConfigChange): boolean {
  return from?.mode === "mesh" && to?.mode === "standalone";
}

/** The ConfigMap for as long as no control plane is ready: as it is to be, but sidecars are still made to work without one. */
export function stillStandalone(object: ManifestObject): ManifestObject {
  if (!isMeshConfigMap(object)) return object;
  const text = editMeshConfig(object.data?.[meshConfigKey] ?? "", ["mode=standalone"]);
  const prepared: ConfigMapManifest = { ...object, data: { ...object.data, [meshConfigKey]: text } };
  return prepared;
}
