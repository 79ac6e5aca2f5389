/**
 * The manifests as the tests look at them.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { manifestsFolder, renderKustomization, repositoryRoot } from "../../../scripts/manifests/render.ts";
import type { Manifest } from "../../../scripts/manifests/transform.ts";

export const folder = manifestsFolder(repositoryRoot);

/** Every folder of manifests that can be rendered by itself. */
export const kustomizations = [
  ".",
  "base",
  "overlays/cert-manager",
  "overlays/development",
  "overlays/high-availability",
  "overlays/mesh",
  "overlays/mesh-high-availability",
  "crds",
  "examples",
] as const;

export const components = [
  "require-sidecar",
  "inject-by-default",
  "istio-compatibility",
  "watchdog",
  "control-plane",
] as const;

/** The objects of a folder under `manifests/`. */
export function render(name: (typeof kustomizations)[number]): readonly Manifest[] {
  return renderKustomization(join(folder, name));
}

/**
 * The one object of a kind and name; its further fields are as the test knows them to be.
 *
 * @throws AssertionError if it is not there
 */
export function find(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  const [first] = found;
  assert.ok(first !== undefined && found.length === 1, `${kind} ${name}`);
  return first;
}
