/**
 * The kinds of objects that an installation adds to a cluster: which are there, and what has been written of them. They are
 * users' own, so that they stay unless somebody says otherwise.
 */
import type { KubernetesApi } from "../kubernetes/api.ts";
import { isNotFound } from "../kubernetes/api.ts";
import { listObjects } from "../kubernetes/list-pages.ts";
import { findObject } from "./apply-object.ts";
import type { ManifestObject } from "./manifest.ts";
import { objectPath } from "./manifest.ts";
import type { DefinitionManifest } from "./removal-plan.ts";
import { isDefinition } from "./removal-plan.ts";
import { allShippedObjects } from "./render-installation.ts";

/** A CRD that the cluster has. */
export interface InstalledDefinition {
  readonly object: ManifestObject;
  /** How many objects of its kind there are. */
  readonly written: number;
}

/** Every CRD that a mesh has. */
export function shippedDefinitions(): readonly DefinitionManifest[] {
  return allShippedObjects().filter(isDefinition);
}

/** Of the shipped CRDs, those that the cluster has. */
export async function readDefinitions(api: KubernetesApi): Promise<readonly InstalledDefinition[]> {
  const shipped = shippedDefinitions();
  const found: InstalledDefinition[] = [];
  for (const object of shipped) {
    if ((await findObject(api, objectPath(object))) === undefined) continue;
    found.push({ object, written: await countObjects(api, object) });
  }
  return found;
}

async function countObjects(api: KubernetesApi, { spec }: DefinitionManifest): Promise<number> {
  const version = spec.versions.find(({ storage }) => storage)?.name ?? "";
  try {
    const path = `/apis/${spec.group}/${version}/${spec.names.plural}`;
    return (await listObjects(api, { path, query: {} })).objects.length;
  } catch (error) {
    // It has just come, or is going.
    if (isNotFound(error)) return 0;
    throw error;
  }
}
