/**
 * Reads a mesh config: YAML text over the defaults, or every problem that the text has.
 */
import { parsed } from "../problem.ts";
import type { Parsed } from "../problem.ts";
import { checkMeaning } from "./check-meaning.ts";
import type { ValidateDefaults } from "./check-meaning.ts";
import { checkSchema } from "./check-schema.ts";
import { isJsonObject } from "../json-value.ts";
import { defaultMeshConfig } from "./defaults.ts";
import { readYaml } from "./read-yaml.ts";
import { meshConfigNode } from "./schema.ts";
import type { MeshConfig } from "./schema.ts";

/**
 * The file's value over the defaults: maps are merged key by key, everything else replaces. A map of the defaults that
 * has no value in the file (all its keys commented out) keeps its defaults.
 */
function mergeOver(base: unknown, value: unknown): unknown {
  if (!isJsonObject(base)) return value;
  if (value === null) return base;
  if (!isJsonObject(value)) return value;
  // Entries, not spread assignment: a key named __proto__ must stay an ordinary, reportable key.
  const merged = new Map(Object.entries(base));
  for (const [key, member] of Object.entries(value)) {
    merged.set(key, merged.has(key) ? mergeOver(merged.get(key), member) : member);
  }
  return Object.fromEntries(merged);
}

/**
 * A complete mesh config of a YAML document that may leave out any field, or all problems of the document.
 *
 * @param text YAML 1.2, one document; the empty text is the default config
 */
export function parseMeshConfig(text: string, validateDefaults: ValidateDefaults): Parsed<MeshConfig> {
  const document = readYaml(text);
  if (!document.ok) return document;
  const config = mergeOver(defaultMeshConfig, document.value);
  const misshapen = checkSchema(meshConfigNode, config, "");
  const problems = [...misshapen, ...checkMeaning(config as MeshConfig, misshapen, validateDefaults)];
  return problems.length > 0 ? { ok: false, problems } : parsed(config as MeshConfig);
}
