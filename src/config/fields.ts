/**
 * The mesh config's fields in order, each with what is allowed, its default and its description: what the documentation's
 * table and the commented default file are made of.
 */
import { isJsonObject } from "../json-value.ts";
import { defaultMeshConfig } from "./defaults.ts";
import { describeType } from "./json-schema.ts";
import type { SchemaNode } from "./json-schema.ts";
import { memberPath } from "./path.ts";
import { meshConfigNode } from "./schema.ts";

export interface ConfigField {
  /** e.g. `proxy.initImage`. */
  readonly path: string;
  /** The last part of the path. */
  readonly key: string;
  /** How many maps it stands in. */
  readonly depth: number;
  /** Whether it is a map of further fields, which follow it. */
  readonly section: boolean;
  /** In words. */
  readonly allowed: string;
  readonly description: string;
  readonly defaultValue: unknown;
}

function listFields(node: SchemaNode, defaults: unknown, path: string, depth: number): readonly ConfigField[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const at = memberPath(path, key);
    const defaultValue = isJsonObject(defaults) ? defaults[key] : undefined;
    const section = child.properties !== undefined;
    const { description = "" } = child;
    const field = { path: at, key, depth, section, allowed: describeType(child), description, defaultValue };
    return [field, ...listFields(child, defaultValue, at, depth + 1)];
  });
}

/** Every field of the mesh config, sections before what they hold. */
export const configFields: readonly ConfigField[] = listFields(meshConfigNode, defaultMeshConfig, "", 0);

/** The documentation's table of fields, in Markdown. */
export function renderFieldTable(): string {
  const rows = configFields
    .filter(({ section }) => !section)
    .map(({ path, allowed, defaultValue, description }) =>
      row(`\`${path}\``, allowed, `\`${JSON.stringify(defaultValue)}\``, description),
    );
  return [row("field", "allowed", "default", "what it does"), row("---", "---", "---", "---"), ...rows].join("\n");
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
