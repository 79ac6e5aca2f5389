/**
 * Overlays: partial Pods of the mesh config, merged over the result with strategic-merge semantics. Each is taken apart
 * first: what it says of our own containers is merged over the built-in ones, before the user's own fields; the rest
 * over the application's pod, before its probes are read.
 */
import { initContainerName, proxyContainerName } from "../envoy/ports.ts";
import { isJsonObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { mergeContainer, mergePod } from "../kubernetes/strategic-merge.ts";
import type { Container, Pod } from "../kubernetes/pod.ts";
import type { Parsed, Problem } from "../problem.ts";
import { parsed, unparsable } from "../problem.ts";
import { replaceHandlers } from "./handler-override.ts";
import { checkContainer, readPod } from "./read-pod.ts";

/** The three parts of an overlay. */
export interface Overlay {
  readonly name: string;
  /** A partial Pod that says nothing of our containers. */
  readonly pod: object;
  /** Partial containers to merge over ours, in order. */
  readonly proxy: readonly object[];
  readonly init: readonly object[];
}

function isNamed(value: unknown, name: string): value is object {
  return isJsonObject(value) && value["name"] === name;
}

function takeNamed(spec: JsonObject, name: string): readonly object[] {
  return ["initContainers", "containers"]
    .flatMap((field): readonly unknown[] => (Array.isArray(spec[field]) ? (spec[field] as unknown[]) : []))
    .filter((item): item is object => isNamed(item, name));
}

function withoutOurs(spec: JsonObject): JsonObject {
  const isOurs = (item: unknown): boolean => isNamed(item, proxyContainerName) || isNamed(item, initContainerName);
  const entries = Object.entries(spec).flatMap(([field, value]): readonly [string, unknown][] => {
    if ((field !== "initContainers" && field !== "containers") || !Array.isArray(value)) return [[field, value]];
    const others = value.filter((item) => !isOurs(item));
    return others.length > 0 ? [[field, others]] : [];
  });
  return Object.fromEntries(entries);
}

/** Takes one overlay of the mesh config apart. */
export function splitOverlay(name: string, overlay: unknown): Overlay {
  const pod = isJsonObject(overlay) ? overlay : {};
  const spec = isJsonObject(pod["spec"]) ? pod["spec"] : {};
  return {
    name,
    pod: { ...pod, spec: withoutOurs(spec) },
    proxy: takeNamed(spec, proxyContainerName),
    init: takeNamed(spec, initContainerName),
  };
}

function inOverlay(name: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map((problem) => ({ ...problem, path: `mesh config overlays.${name} ${problem.path}`.trimEnd() }));
}

/** Merges the overlays' application parts over the pod, in order. What comes out must still be a pod. */
export function overlayPod(pod: Pod, overlays: readonly Overlay[]): Parsed<Pod> {
  let merged = pod;
  for (const overlay of overlays) {
    const result = mergePod(merged, overlay.pod);
    const read = result.ok ? readPod(result.value) : result;
    if (!read.ok) return { ok: false, problems: inOverlay(overlay.name, read.problems) };
    merged = read.value;
  }
  return parsed(merged);
}

/** Merges what somebody else says of one of our containers over it. What comes out must still be that container. */
export function mergeOver(container: Container, patch: object): Parsed<Container> {
  const result = mergeContainer(container, replaceHandlers(patch));
  if (!result.ok) return result;
  const { name } = container;
  if (result.value.name !== name) {
    return unparsable("$patch", `the container ${name} cannot be taken out`, "let the pod opt out of injection");
  }
  const problems = checkContainer(result.value, name);
  return problems.length === 0 ? result : { ok: false, problems };
}

/** Merges the overlays' parts for one of our containers, in order. */
export function overlayContainer(
  container: Container,
  overlays: readonly Overlay[],
  which: "proxy" | "init",
): Parsed<Container> {
  let merged = container;
  for (const overlay of overlays) {
    for (const part of overlay[which]) {
      const result = mergeOver(merged, part);
      if (!result.ok) return { ok: false, problems: inOverlay(overlay.name, result.problems) };
      merged = result.value;
    }
  }
  return parsed(merged);
}
