/**
 * Names a config by its content, so that a sidecar made under an older one can be recognised.
 */
import { createHash } from "node:crypto";
import { isJsonObject } from "../json-value.ts";
import type { MeshConfig } from "./schema.ts";

/** The value with the keys of every map in order: the order in which a person wrote them means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

/** The first 12 hexadecimal digits of the config's SHA-256: short on a pod, and no two configs of a mesh share them. */
export function hashMeshConfig(config: MeshConfig): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(config)))
    .digest("hex")
    .slice(0, 12);
}
