/**
 * The difference between two pods for people: YAML, with added lines in green and removed ones in red.
 */
import { structuredPatch } from "diff";
import { stringify } from "yaml";

const colours = { "+": "\u001b[32m", "-": "\u001b[31m" } as const;
const reset = "\u001b[0m";
const longestLine = 140;

function toYaml(pod: unknown): string {
  return stringify(pod, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}

/** Envoy's configuration is one very long line. */
function shorten(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)}… (${line.length} characters)`;
}

function paint(line: string, coloured: boolean): string {
  const sign = line.slice(0, 1);
  const text = shorten(line);
  return coloured && (sign === "+" || sign === "-") ? `${colours[sign]}${text}${reset}` : text;
}

/** The changed lines with two lines around them. */
export function showDiff(before: unknown, after: unknown, coloured: boolean): string {
  const { hunks } = structuredPatch("", "", toYaml(before), toYaml(after), "", "", { context: 2 });
  return hunks.flatMap(({ lines }) => [...lines.map((line) => `  ${paint(line, coloured)}`), ""]).join("\n");
}
