/**
 * Whether the mesh config is valid, and in force. Pure.
 */
import type { Parsed } from "../../problem.ts";
import { formatProblem } from "../../problem.ts";
import type { MeshConfig } from "../../config/schema.ts";
import type { Attempt } from "../attempt.ts";
import { valueOf } from "../attempt.ts";
import type { Check } from "../check.ts";
import { failure, ok, warning } from "../check.ts";
import type { Probe } from "../probe-webhook.ts";

const group = "mesh config";
const valid = { group, name: "mesh-config" };
const inForce = { group, name: "mesh-config-in-force" };

/** Whether the ConfigMap holds a config that the injector would take. */
export function checkMeshConfig(config: Attempt<Parsed<MeshConfig>>): Check {
  if (config.state === "unknown") {
    return warning(valid, `the mesh config could not be read: ${config.why}`, "run as an administrator");
  }
  if (config.state === "absent") {
    const message = "the ConfigMap outrigger-config does not exist: the injector's pods cannot start";
    return failure(valid, message, "run `outrigger install` again");
  }
  if (config.value.ok) return ok(valid, "the mesh config is valid");
  const fix = "correct what is listed; until then the injector goes on with the last good config";
  return failure(valid, "the mesh config is not valid", fix, config.value.problems.map(formatProblem));
}

/**
 * Whether the webhook works with what the ConfigMap says.
 *
 * @param expected the hash that this command line makes of the ConfigMap; undefined where it could make none
 * @param ownVersion of this command line: another version makes another hash of the same config
 */
export function checkInForce(
  probe: Attempt<Probe | undefined>,
  expected: string | undefined,
  ownVersion: string,
): readonly Check[] {
  const result = valueOf(probe)?.result;
  if (expected === undefined || result?.state !== "injected" || result.version !== ownVersion) return [];
  if (result.configHash === expected) return [ok(inForce, `the webhook uses it (hash ${expected})`)];
  const message = `the webhook still uses another mesh config (hash ${result.configHash}, the ConfigMap's is ${expected})`;
  const fix = "a change takes up to two minutes to reach the pods; after that see the injector's log";
  return [warning(inForce, message, fix)];
}
