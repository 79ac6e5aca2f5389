/**
 * Overlays are partial Pods of any content, so the schema lets everything through; this checks that each has a Pod's
 * outline and can be merged, and that the default list names none that does not exist. Found here, a mistake is told to
 * whoever writes the config; found later, to whoever creates a pod.
 */
import { mergePod } from "../kubernetes/strategic-merge.ts";
import { nearestWord } from "../nearest-word.ts";
import type { Problem } from "../problem.ts";
import { show } from "./check-schema.ts";
import { isJsonObject } from "../json-value.ts";
import { memberPath } from "./path.ts";

const topLevelKeys = ["apiVersion", "kind", "metadata", "spec"];
/** Of labels and annotations that decide about injection and its settings. */
const ownPrefix = "outrigger.dev/";
/** A name must be writable into the comma-separated `overlays` annotation. */
const overlayName = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

/** All that is wrong with the overlays themselves; `path` is `overlays`. */
export function checkOverlays(overlays: Readonly<Record<string, unknown>>, path: string): readonly Problem[] {
  return Object.entries(overlays).flatMap(([name, overlay]) => {
    const at = memberPath(path, name);
    const hint = "use lower-case letters, digits, - and .";
    const named = overlayName.test(name)
      ? []
      : [{ path: at, message: `${show(name)} can't be an overlay's name`, hint }];
    return [...named, ...checkOverlay(overlay, at)];
  });
}

function checkOverlay(overlay: unknown, path: string): readonly Problem[] {
  if (!isJsonObject(overlay)) return [notPartialPod(overlay, path)];
  const outline = Object.entries(overlay).flatMap(([key, value]) => checkMember(key, value, memberPath(path, key)));
  return outline.length > 0 ? outline : checkMerge(overlay, path);
}

function checkMember(key: string, value: unknown, at: string): readonly Problem[] {
  switch (key) {
    case "apiVersion":
      return value === "v1" ? [] : [{ path: at, message: `${show(value)} is not a Pod's`, hint: "write v1" }];
    case "kind":
      return value === "Pod" ? [] : [{ path: at, message: `${show(value)} is not a Pod`, hint: "write Pod" }];
    case "metadata":
      return isJsonObject(value) ? checkMetadata(value, at) : [notPartialPod(value, at)];
    case "spec":
      return isJsonObject(value) ? [] : [notPartialPod(value, at)];
    default:
      return [misplaced(key, at)];
  }
}

/** Labels and annotations are maps of text; `null` in a merge patch takes a key away. */
function checkMetadata(metadata: Readonly<Record<string, unknown>>, path: string): readonly Problem[] {
  return ["labels", "annotations"].flatMap((field) => {
    const map = metadata[field] ?? {};
    const at = memberPath(path, field);
    if (!isJsonObject(map))
      return [{ path: at, message: `${show(map)} is not a map`, hint: "write keys with their values" }];
    return Object.entries(map).flatMap(([key, value]) => checkText(key, value, memberPath(at, key)));
  });
}

function checkText(key: string, value: unknown, path: string): readonly Problem[] {
  if (key.startsWith(ownPrefix)) {
    const message = `${show(key)} has no effect in an overlay, as it is read before overlays are merged`;
    return [{ path, message, hint: "set it in proxy.defaults, or on namespaces and pods" }];
  }
  const isText = typeof value === "string" || value === null || key === "$patch";
  return isText ? [] : [{ path, message: `${show(value)} is not text`, hint: "put it in quotes" }];
}

/** Tries the merge on a pod that has nothing yet. */
function checkMerge(overlay: object, path: string): readonly Problem[] {
  const merged = mergePod({ metadata: {}, spec: { containers: [] } }, overlay);
  return merged.ok ? [] : merged.problems.map((problem) => ({ ...problem, path: `${path}.${problem.path}` }));
}

function notPartialPod(value: unknown, path: string): Problem {
  return {
    path,
    message: `${show(value)} is no part of a Pod`,
    hint: "write a partial Pod: a map with metadata or spec",
  };
}

function misplaced(key: string, path: string): Problem {
  const meant = nearestWord(key, topLevelKeys);
  const hint = meant === undefined ? "write metadata and spec, as in a Pod" : `did you mean ${meant}?`;
  return { path, message: `${show(key)} is not a key of a Pod`, hint };
}

/** The names in the mesh-wide list of overlays that no overlay has; `path` is the list's own. */
export function checkOverlayNames(
  list: string,
  overlays: Readonly<Record<string, unknown>>,
  path: string,
): readonly Problem[] {
  const known = Object.keys(overlays);
  const names = list.split(",").map((name) => name.trim());
  return names
    .filter((name) => name !== "" && !known.includes(name))
    .map((name) => {
      const hint = known.length === 0 ? "define it under overlays" : `defined overlays: ${known.join(", ")}`;
      return { path, message: `there is no overlay ${show(name)}`, hint };
    });
}
