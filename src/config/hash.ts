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

/**
 * The first 12 hexadecimal digits of the SHA-256 of all that a sidecar is made from: short on a pod, and no two configs of a
 * mesh share them. What the watchdog does makes no sidecar another one, nor does what the control plane alone reads.
 */
export function hashMeshConfig(config: MeshConfig): string {
  const { watchdog: _watchdog, identity: _identity, mesh: _mesh, ...ofSidecars } = config;
  return digest(ofSidecars);
}

/** The same of what the control plane reads, which it does once, at its start. */
export function hashForControlPlane({ trustDomain, identity, mesh, proxy }: MeshConfig): string {
  return digest({ trustDomain, identity, mesh, opaquePorts: proxy.defaults["opaque-ports"] ?? null });
}

function digest(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(value)))
    .digest("hex")
    .slice(0, 12);
}
