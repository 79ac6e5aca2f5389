/**
 * Takes back what an earlier pass did, by the status annotation: the application's pod as it was, with whatever others
 * have changed since.
 */
import type { Container, ObjectMeta, Pod, PodSpec } from "../kubernetes/pod.ts";
import { injectedLabel, statusAnnotation } from "./keys.ts";
import { restoreProbes } from "./rewrite-probes.ts";
import type { InjectionStatus } from "./status.ts";

type Texts = Readonly<Record<string, string>>;

function without<T extends object>(object: T, keys: readonly string[]): T {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key))) as T;
}

/** An object that we made ourselves goes away again when it is empty. */
function restoreTexts(texts: Texts | undefined, added: readonly string[], originals: Texts): Texts | undefined {
  const restored = { ...without(texts ?? {}, added), ...originals };
  return Object.keys(restored).length > 0 ? restored : undefined;
}

function restoreMetadata(metadata: ObjectMeta, { labels, annotations, original }: InjectionStatus): ObjectMeta {
  const { labels: labelsNow, annotations: annotationsNow, ...rest } = metadata;
  const restoredLabels = restoreTexts(labelsNow, labels, {});
  const restoredAnnotations = restoreTexts(annotationsNow, [...annotations, statusAnnotation], original.annotations);
  return {
    ...rest,
    ...(restoredLabels === undefined ? {} : { labels: restoredLabels }),
    ...(restoredAnnotations === undefined ? {} : { annotations: restoredAnnotations }),
  };
}

/** A list without the named items; the whole field goes when it was ours alone. */
function restoreList<K extends "volumes" | "imagePullSecrets" | "initContainers">(
  spec: PodSpec,
  field: K,
  added: readonly string[],
): PodSpec {
  const list = spec[field];
  if (list == null) return spec;
  const kept = list.filter(({ name }) => !added.includes(name));
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
  const restored = [
    ["volumes", status.volumes],
    ["imagePullSecrets", status.imagePullSecrets],
    ["initContainers", []],
  ] as const;
  return {
    ...pod,
    metadata: restoreMetadata(pod.metadata ?? {}, status),
    spec: restored.reduce((current, [field, added]) => restoreList(current, field, added), spec),
  };
}

/** Labels that injection writes, for the status annotation. */
export const writtenLabels: readonly string[] = [injectedLabel];
