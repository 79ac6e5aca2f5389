/**
 * The manifests that this version installs, as text. Unbuilt they are read from the repository; `scripts/build.ts` puts
 * their texts into the bundle in the place of this module, so that the one file that users have needs nothing beside it.
 */
import { readFileSync } from "node:fs";

export const shippedPaths = [
  "install.yaml",
  "install-mesh.yaml",
  "overlays/high-availability/deployment-patch.yaml",
  "overlays/mesh-high-availability/control-plane-patch.yaml",
  "components/require-sidecar/policy.yaml",
  "components/watchdog/cluster-role.yaml",
  "components/inject-by-default/webhook-entry.yaml",
  "components/istio-compatibility/match-condition.yaml",
] as const;

export type ShippedPath = (typeof shippedPaths)[number];

/** A file's text, by its path under `manifests/`. */
export function shippedFile(path: ShippedPath): string {
  return readFileSync(new URL(`../../manifests/${path}`, import.meta.url), "utf8");
}
