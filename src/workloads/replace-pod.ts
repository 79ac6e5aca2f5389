/**
 * Puts another pod in the place of one that `pod-templates.ts` has found.
 */
import type { PodTemplate } from "./pod-templates.ts";

/**
 * The object with another value at a path; everything beside the path is shared with the object as it was.
 *
 * @param path keys and indices that exist in the object
 */
export function replaceAt(object: unknown, path: PodTemplate["path"], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(object)) {
    return object.map((item: unknown, index) => (index === key ? replaceAt(item, rest, value) : item));
  }
  const parent = object as Readonly<Record<string, unknown>>;
  return { ...parent, [key]: replaceAt(parent[key], rest, value) };
}
