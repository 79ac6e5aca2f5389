/**
 * Takes back what an earlier pass did, by the status annotation: the application's pod as it was, with whatever others
 * have changed since.
 */
import type { Container, ObjectMeta, Pod, PodSpec } from "../kubernetes/pod.ts";
import { statusAnnotation } from "./keys.ts";
import { restoreProbes } from "./rewrite-probes.ts";
import type { InjectionStatus } from "./status.ts";

type Texts = Readonly<Record<string, string>>;

function without<T extends object>(object: T, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key))) as T;
}

/** Annotations that still are as we wrote them become what they were, or go; those that others changed stay. */
function restoreAnnotations(now: Texts, { annotations: written, original }: InjectionStatus): Texts {
  const entries = Object.entries(now).flatMap(([key, text]): readonly (readonly [string, string])[] => {
    if (!Object.hasOwn(written, key) || written[key] !== text) return [[key, text]];
    const before = Object.hasOwn(original.annotations, key) ? original.annotations[key] : undefined;
    return before === undefined ? [] : [[key, before]];
  });
  return without(Object.fromEntries(entries), [statusAnnotation]);
}

/** The object under its key, or nothing where it is empty: injection had to make it. */
function unlessEmpty<K extends string, T extends object>(key: K, object: T): { readonly [P in K]?: T } {
  return (Object.keys(object).length > 0 ? { [key]: object } : {}) as { readonly [P in K]?: T };
}

function restoreMetadata(metadata: ObjectMeta, status: InjectionStatus): ObjectMeta {
  const { labels, annotations, ...rest } = metadata;
  return {
    ...rest,
    ...unlessEmpty("labels", without(labels ?? {}, status.labels)),
    ...unlessEmpty("annotations", restoreAnnotations(annotations ?? {}, status)),
  };
}

/** A list without the named items; the whole field goes when it was ours alone. */
function restoreList(spec: PodSpec, field: "volumes" | "imagePullSecrets", added: readonly string[]): PodSpec {
  const list = spec[field];
  if (list == null) return spec;
  const kept = list.filter(({ name }) => !added.includes(name));
  if (kept.length === list.length) return spec;
  return kept.length > 0 ? { ...spec, [field]: kept } : without(spec, [field]);
}

/** The pod as it was before injection; its sidecar's containers must have been taken out already. */
export function restorePod(pod: Pod, status: InjectionStatus): Pod {
  const restore = (containers: readonly Container[]): readonly Container[] =>
    restoreProbes(containers, status.original.handlers);
  const { initContainers } = pod.spec;
  const spec: PodSpec = {
    ...pod.spec,
    containers: restore(pod.spec.containers),
    ...(initContainers == null ? {} : { initContainers: restore(initContainers) }),
  };
  const withoutVolumes = restoreList(spec, "volumes", status.volumes);
  const { metadata, ...rest } = pod;
  return {
    ...rest,
    ...unlessEmpty("metadata", restoreMetadata(metadata ?? {}, status)),
    spec: restoreList(withoutVolumes, "imagePullSecrets", status.imagePullSecrets),
  };
}
