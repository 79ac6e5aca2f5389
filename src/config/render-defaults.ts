/**
 * The default mesh config as a YAML file with a comment on each field: where somebody's own file starts.
 */
import { stringify } from "yaml";
import { configFields } from "./fields.ts";
import type { ConfigField } from "./fields.ts";

const width = 100;

function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function renderField({ key, depth, section, allowed, description, defaultValue }: ConfigField): string {
  const indent = "  ".repeat(depth);
  const text = section ? description : `${description} Allowed: ${allowed}.`;
  const comments = wrap(text, width - indent.length - 2).map((line) => `${indent}# ${line}\n`);
  // YAML 1.1 quotes `on` and `yes` too: Kubernetes' own tools read that version.
  const value = section ? `${key}:\n` : stringify({ [key]: defaultValue }, { version: "1.1" });
  return `${comments.join("")}${indent}${value}`;
}

/** YAML that `parseMeshConfig` reads as the default config. */
export function renderDefaults(): string {
  return `# The mesh config. Every field may be left out; what stands here is what it is then.\n${configFields.map(renderField).join("")}`;
}
