/**
 * Outrigger's own version, from package.json: read when run unbuilt, put into the bundle when built.
 */
import manifest from "../package.json" with { type: "json" };

/** Semantic version, e.g. `1.2.3`. */
export const version: string = manifest.version;
