/**
 * The shape of a kustomization.yaml, as far as the manifests of this repository use it. What is not listed is refused:
 * a field that this renderer overlooked would make it disagree with kustomize in silence.
 */

export interface KustomizationPatch {
  /** A file with a JSON patch (RFC 6902), or with `$patch: delete` and the object to be left out. */
  readonly path: string;
  readonly target?: PatchTarget;
}

export interface PatchTarget {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly name: string;
}

export interface KustomizationImage {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
}

export interface Kustomization {
  readonly apiVersion: string;
  readonly kind: string;
  /** The order of the output; only `fifo`, the order of `resources`, is known here. */
  readonly sortOptions?: { readonly order: string };
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly KustomizationPatch[];
  readonly labels?: readonly { readonly pairs: Readonly<Record<string, string>> }[];
  readonly images?: readonly KustomizationImage[];
}

const knownFields: readonly string[] = [
  "apiVersion",
  "kind",
  "sortOptions",
  "resources",
  "components",
  "patches",
  "labels",
  "images",
] satisfies readonly (keyof Kustomization)[];

/**
 * The kustomization, once it is known to hold nothing that would be overlooked.
 *
 * @throws Error naming the first field that is not supported
 */
export function checkKustomization(value: object, path: string): Kustomization {
  const unknown = Object.keys(value).find((field) => !knownFields.includes(field));
  if (unknown !== undefined) throw new Error(`${path}: the renderer does not know the field ${unknown}`);
  return value as Kustomization;
}
