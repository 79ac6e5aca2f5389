/**
 * What the control plane takes from the mesh config. Read once: another trust domain is another mesh, and a restart of the
 * control plane harms nobody.
 */
import { readFile } from "node:fs/promises";
import { defaultMeshConfig } from "../config/defaults.ts";
import { parseMeshConfig } from "../config/load.ts";
import type { MeshConfig } from "../config/schema.ts";
import type { IdentityPolicy } from "../control-plane/identity/identity-policy.ts";
import { defaultIdentityPolicy } from "../control-plane/identity/identity-policy.ts";
import type { MeshSettings } from "../control-plane/model/mesh-state.ts";
import type { TranslationSettings } from "../control-plane/xds/translation-settings.ts";
import { OutriggerError } from "../errors.ts";
import { settings, validateDefaults } from "../injection/annotations/registry.ts";
import { parseCidrList } from "../net/cidr.ts";
import { parsePortRanges } from "../net/port-range.ts";
import type { Problem } from "../problem.ts";
import { formatProblem } from "../problem.ts";

function invalid(problems: readonly Problem[]): OutriggerError {
  return new OutriggerError("OUTRIGGER_CONFIG_INVALID", `\n${problems.map(formatProblem).join("\n")}`);
}

async function readConfig(path: string | undefined): Promise<MeshConfig> {
  if (path === undefined) return defaultMeshConfig;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new OutriggerError("OUTRIGGER_FILE_UNREADABLE", `--config ${path}`, { cause });
  }
  const config = parseMeshConfig(text, validateDefaults);
  if (!config.ok) throw invalid(config.problems);
  return config.value;
}

/** What a control plane takes from the mesh config. */
export interface ControlPlaneSettings {
  readonly mesh: MeshSettings;
  readonly translation: TranslationSettings;
  readonly policy: IdentityPolicy;
}

const hourMs = 3_600_000;

/**
 * The settings of a mesh config's file; the defaults' without one.
 *
 * @throws OutriggerError `OUTRIGGER_FILE_UNREADABLE`, `OUTRIGGER_CONFIG_INVALID`
 */
export async function readMeshSettings(path: string | undefined, rootNamespace: string): Promise<ControlPlaneSettings> {
  return controlPlaneSettings(await readConfig(path), rootNamespace);
}

/**
 * The settings that a mesh config holds.
 *
 * @throws OutriggerError `OUTRIGGER_CONFIG_INVALID`
 */
export function controlPlaneSettings(config: MeshConfig, rootNamespace: string): ControlPlaneSettings {
  const { trustDomain, proxy, identity, mesh } = config;
  const text = proxy.defaults["opaque-ports"] ?? settings["opaque-ports"].builtIn;
  const opaquePorts = parsePortRanges(text, "proxy.defaults.opaque-ports");
  if (!opaquePorts.ok) throw invalid(opaquePorts.problems);
  const ranges = parseCidrList(mesh.ranges, "mesh.ranges");
  if (!ranges.ok) throw invalid(ranges.problems);
  return {
    translation: { ranges: ranges.value, unknownDestinations: mesh.unknownDestinations },
    mesh: { trustDomain, rootNamespace, opaquePorts: opaquePorts.value },
    policy: { ...defaultIdentityPolicy, leafLifetimeMs: identity.certificateLifetimeHours * hourMs },
  };
}
