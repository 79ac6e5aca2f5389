/**
 * Renders this repository's kustomizations without kustomize: the files to be applied are made of two of them, and tests
 * look into all, on machines that have nothing but Node. It knows the few fields that are used here, refuses others,
 * and is itself compared with `kubectl kustomize` wherever there is a kubectl.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Operation } from "fast-json-patch";
import { parseAllDocuments, stringify } from "yaml";
import { checkKustomization } from "./kustomization.ts";
import type { Kustomization, KustomizationPatch } from "./kustomization.ts";
import { addLabels, applyPatch, isTarget, replaceImages } from "./transform.ts";
import type { Manifest } from "./transform.ts";

/** Every document of a YAML file. */
export function readDocuments(path: string): readonly unknown[] {
  return parseAllDocuments(readFileSync(path, "utf8")).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${path}: ${error.message}`);
    return document.toJS() as unknown;
  });
}

function readKustomization(folder: string): Kustomization {
  const path = join(folder, "kustomization.yaml");
  return checkKustomization(readDocuments(path)[0] as object, path);
}

/**
 * The objects that a kustomization gives, in the order of its resources.
 *
 * @param folder holds the kustomization.yaml
 */
export function renderKustomization(folder: string): readonly Manifest[] {
  const kustomization = readKustomization(folder);
  const { resources = [], components = [] } = kustomization;
  const loaded = resources.flatMap((resource) => loadResource(join(folder, resource)));
  const composed = components.reduce<readonly Manifest[]>(
    (manifests, component) => transform(manifests, join(folder, component)),
    loaded,
  );
  return applyTransformers(composed, folder, kustomization);
}

function loadResource(path: string): readonly Manifest[] {
  return statSync(path).isDirectory() ? renderKustomization(path) : (readDocuments(path) as readonly Manifest[]);
}

/** A component works on the objects of the kustomization that includes it, and may add its own. */
function transform(manifests: readonly Manifest[], folder: string): readonly Manifest[] {
  const component = readKustomization(folder);
  const own = (component.resources ?? []).flatMap((resource) => loadResource(join(folder, resource)));
  return applyTransformers([...manifests, ...own], folder, component);
}

function applyTransformers(
  manifests: readonly Manifest[],
  folder: string,
  { patches = [], labels = [], images = [] }: Kustomization,
): readonly Manifest[] {
  const patched = patches.reduce((current, patch) => applyPatchFile(current, folder, patch), manifests);
  const pairs = Object.assign({}, ...labels.map((label) => label.pairs)) as Readonly<Record<string, string>>;
  const labelled = labels.length === 0 ? patched : patched.map((manifest) => addLabels(manifest, pairs));
  return labelled.map((manifest) => replaceImages(manifest, images));
}

function applyPatchFile(
  manifests: readonly Manifest[],
  folder: string,
  { path, target }: KustomizationPatch,
): readonly Manifest[] {
  const file = join(folder, path);
  const [patch] = readDocuments(file);
  if (Array.isArray(patch) && target !== undefined) {
    if (!manifests.some((manifest) => isTarget(manifest, target))) throw new Error(`${file}: there is no such target`);
    const operations = patch as readonly Operation[];
    return manifests.map((manifest) => (isTarget(manifest, target) ? applyPatch(manifest, operations) : manifest));
  }
  const { $patch: directive, ...removed } = patch as Manifest;
  if (directive !== "delete") throw new Error(`${file}: neither a JSON patch with its target nor $patch: delete`);
  return manifests.filter((manifest) => identity(manifest) !== identity(removed));
}

/** What tells one object of a cluster from all others. */
export function identity({ apiVersion, kind, metadata: { namespace = "", name } }: Manifest): string {
  return `${apiVersion} ${kind} ${namespace}/${name}`;
}

/** A kustomization in one file, for those who apply files. */
export interface InstallFile {
  /** Under `manifests/`. */
  readonly name: string;
  /** What it is made from, under `manifests/`. */
  readonly kustomization: string;
  /** What it installs, as its first line says. */
  readonly title: string;
}

export const installFiles: readonly InstallFile[] = [
  { name: "install.yaml", kustomization: "base", title: "Outrigger's injector" },
  { name: "install-mesh.yaml", kustomization: "overlays/mesh", title: "Outrigger's injector and control plane" },
];

/** The text of such a file: the objects of its kustomization in one YAML stream. */
export function renderInstall({ name, kustomization, title }: InstallFile, manifests: string): string {
  const header = `# ${title}, for Kubernetes >= 1.30: kubectl apply --server-side -f ${name}
# Made from manifests/${kustomization} by \`make manifests\`; change it there.
`;
  // Kubernetes reads YAML 1.1, in which `on` and `yes` need quotes.
  const documents = renderKustomization(join(manifests, kustomization)).map((manifest) =>
    stringify(manifest, { version: "1.1", lineWidth: 120 }),
  );
  return header + documents.join("---\n");
}

/** Where the manifests are, given the repository's root. */
export function manifestsFolder(root: string): string {
  return join(root, "manifests");
}

/** The repository's root. */
export const repositoryRoot = dirname(dirname(import.meta.dirname));
