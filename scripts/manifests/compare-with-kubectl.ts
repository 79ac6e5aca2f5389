/**
 * Compares this repository's renderer with the real one: every kustomization through `kubectl kustomize` must give the
 * same objects. Run where there is a kubectl: `node scripts/manifests/compare-with-kubectl.ts [path of kubectl]`.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { identity, manifestsFolder, readDocuments, renderKustomization, repositoryRoot } from "./render.ts";
import type { Manifest } from "./transform.ts";

const kubectl = process.argv[2] ?? "kubectl";
const manifests = manifestsFolder(repositoryRoot);

function renderedByKubectl(folder: string): readonly Manifest[] {
  const text = execFileSync(kubectl, ["kustomize", folder], { encoding: "utf8" });
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

function byIdentity(objects: readonly Manifest[]): ReadonlyMap<string, Manifest> {
  return new Map(objects.map((object) => [identity(object), object]));
}

function compare(folder: string, name: string): void {
  assert.deepEqual(byIdentity(renderKustomization(folder)), byIdentity(renderedByKubectl(folder)), name);
  console.log(`same objects: ${name}`);
}

/** A component can't be rendered alone: it is put over the base. */
function compareComponent(component: string): void {
  // By its real path: kustomize resolves links, and relative paths must count from the same place.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "outrigger-compare-"));
  try {
    const kustomization = {
      resources: [relative(folder, join(manifests, "base"))],
      components: [relative(folder, join(manifests, component))],
    };
    writeFileSync(join(folder, "kustomization.yaml"), stringify(kustomization));
    compare(folder, component);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const name of [
  "base",
  "overlays/cert-manager",
  "overlays/development",
  "overlays/high-availability",
  "overlays/mesh",
  "overlays/mesh-high-availability",
  "crds",
  "examples",
]) {
  compare(join(manifests, name), name);
}
for (const name of ["require-sidecar", "inject-by-default", "istio-compatibility", "watchdog", "control-plane"]) {
  compareComponent(join("components", name));
}
assert.deepEqual(readDocuments(join(manifests, "install.yaml")), renderedByKubectl(join(manifests, "base")));
console.log("same objects in the same order: install.yaml");
