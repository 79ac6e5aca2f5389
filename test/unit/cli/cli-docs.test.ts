import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Command, OptionSpec } from "../../../src/cli/command.ts";
import { commands } from "../../../src/cli/commands.ts";

const page = join(import.meta.dirname, "../../../docs/cli.md");

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function renderOption([name, { short, value, multiple, help }]: readonly [string, OptionSpec]): string {
  const long = `\`--${name}${value === undefined ? "" : ` ${value}`}\``;
  const spelling = short === undefined ? long : `\`-${short}\`, ${long}`;
  return `| ${cell(spelling)} | ${cell(help)}${multiple === true ? " (may be repeated)" : ""} |`;
}

function renderCommand({ name, operands, summary, options }: Command): string {
  const rows = Object.entries(options).map(renderOption);
  const table = rows.length === 0 ? [] : ["", "| option | meaning |", "|---|---|", ...rows];
  return [`### \`outrigger ${name}${operands === "" ? "" : ` ${operands}`}\``, "", summary, ...table].join("\n");
}

test("docs/cli.md lists every command and option, and no other", () => {
  const text = readFileSync(page, "utf8");
  const reference = commands.map(renderCommand).join("\n\n");
  const updated = text.replace(
    /(?<=<!-- prettier-ignore-start -->\n).*?(?=\n<!-- prettier-ignore-end -->)/s,
    () => `\n${reference}\n`,
  );
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(page, updated);
  else assert.equal(text, updated, "docs/cli.md is behind src/cli/commands.ts; UPDATE_GOLDEN=1 rewrites it");
  assert.ok(updated.includes(reference));
});
