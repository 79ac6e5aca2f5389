/**
 * What a kustomization does to objects once they are loaded: labels, images, patches. Pure; inputs are not modified.
 */
import fastJsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import type { KustomizationImage, PatchTarget } from "./kustomization.ts";

/** A Kubernetes object of any kind. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Adds labels to the objects themselves; not to selectors, which can't change once applied, nor to pod templates. */
export function addLabels(manifest: Manifest, pairs: Readonly<Record<string, string>>): Manifest {
  const { metadata } = manifest;
  return { ...manifest, metadata: { ...metadata, labels: { ...metadata.labels, ...pairs } } };
}

/** `registry/name:tag@digest` -> `registry/name`; a registry's port is no tag. */
function imageName(image: string): string {
  return image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}

function replaceImage(container: Readonly<Record<string, unknown>>, images: readonly KustomizationImage[]): unknown {
  const { image } = container;
  if (typeof image !== "string") return container;
  const rule = images.find(({ name }) => name === imageName(image));
  if (rule === undefined) return container;
  const { newName = rule.name, newTag } = rule;
  return { ...container, image: newTag === undefined ? newName : `${newName}:${newTag}` };
}

/** Gives the images of all containers, wherever in the object they stand, their new names and tags. */
export function replaceImages<T>(value: T, images: readonly KustomizationImage[]): T {
  if (Array.isArray(value)) return value.map((item: unknown) => replaceImages(item, images)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]: [string, unknown]) => {
    const isList = (key === "containers" || key === "initContainers") && Array.isArray(member);
    if (!isList) return [key, replaceImages(member, images)] as const;
    return [key, member.map((item) => replaceImage(item as Readonly<Record<string, unknown>>, images))] as const;
  });
  return Object.fromEntries(entries) as T;
}

/** Whether a patch is meant for the object. */
export function isTarget({ apiVersion, kind, metadata }: Manifest, target: PatchTarget): boolean {
  const groupVersion = target.group === undefined ? target.version : `${target.group}/${target.version}`;
  return apiVersion === groupVersion && kind === target.kind && metadata.name === target.name;
}

/**
 * Applies a JSON patch (RFC 6902).
 *
 * @throws Error where an operation's path does not exist or its test fails
 */
export function applyPatch(manifest: Manifest, operations: readonly Operation[]): Manifest {
  return fastJsonPatch.applyPatch(manifest, operations, true, false).newDocument;
}
