/**
 * Overlays are partial Pods of any content, so the schema lets everything through; this checks that each has a Pod's
 * outline, and that the default list names none that does not exist.
 */
import { nearestWord } from "../nearest-word.ts";
import type { Problem } from "../problem.ts";
import { isObject, show } from "./check-schema.ts";
import { memberPath } from "./path.ts";

const topLevelKeys = ["apiVersion", "kind", "metadata", "spec"];
/** Lists that strategic merge joins by the name of their elements. Source: Kubernetes API, PodSpec patchMergeKey. */
const listsByName = ["containers", "initContainers", "volumes"];

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
  if (!isObject(overlay)) return [notPartialPod(overlay, path)];
  return Object.entries(overlay).flatMap(([key, value]) => {
    const at = memberPath(path, key);
    switch (key) {
      case "apiVersion":
        return value === "v1" ? [] : [{ path: at, message: `${show(value)} is not a Pod's`, hint: "write v1" }];
      case "kind":
        return value === "Pod" ? [] : [{ path: at, message: `${show(value)} is not a Pod`, hint: "write Pod" }];
      case "metadata":
        return isObject(value) ? [] : [notPartialPod(value, at)];
      case "spec":
        return isObject(value)
          ? listsByName.flatMap((list) => checkList(value[list], memberPath(at, list)))
          : [notPartialPod(value, at)];
      default:
        return [misplaced(key, at)];
    }
  });
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

function checkList(list: unknown, path: string): readonly Problem[] {
  if (list === undefined) return [];
  if (!Array.isArray(list))
    return [{ path, message: `${show(list)} is not a list`, hint: "write a list, as in a Pod" }];
  return list.flatMap((element: unknown, index): readonly Problem[] => {
    // A bare directive ("$patch: replace") speaks of the whole list and so has no name.
    const named = isObject(element) && (typeof element["name"] === "string" || Object.hasOwn(element, "$patch"));
    if (named) return [];
    return [
      { path: memberPath(path, index), message: "has no name", hint: "name it: elements are merged by their name" },
    ];
  });
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
