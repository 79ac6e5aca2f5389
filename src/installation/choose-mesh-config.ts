/**
 * Which mesh config an installation is to have: what the user gives, else what the cluster has, else what is shipped. An
 * upgrade must never put somebody's config back to the defaults.
 */
import { parseMeshConfig } from "../config/load.ts";
import { OutriggerError } from "../errors.ts";
import { validateDefaults } from "../injection/annotations/registry.ts";
import { formatProblem } from "../problem.ts";
import { editMeshConfig } from "./edit-mesh-config.ts";
import { shippedMeshConfig } from "./render-installation.ts";

export interface MeshConfigSources {
  /** Text of the file that the user gives. */
  readonly given: string | undefined;
  /** Text that the cluster has. */
  readonly live: string | undefined;
  /** `PATH=VALUE`, set in whichever of them it is. */
  readonly assignments: readonly string[];
}

/**
 * The text, known to be a valid mesh config. Pure.
 *
 * @throws OutriggerError `OUTRIGGER_CONFIG_INVALID` with every problem
 */
export function chooseMeshConfig({ given, live, assignments }: MeshConfigSources): string {
  const text = editMeshConfig(given ?? live ?? shippedMeshConfig(), assignments);
  const result = parseMeshConfig(text, validateDefaults);
  if (result.ok) return text;
  const base = live === undefined ? "the shipped mesh config" : "the cluster's ConfigMap outrigger-config";
  const origin = `${given === undefined ? base : "the file given"}${assignments.length > 0 ? ", with what --set changes" : ""}`;
  throw new OutriggerError("OUTRIGGER_CONFIG_INVALID", `${origin}\n${result.problems.map(formatProblem).join("\n")}`);
}
