import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { renderFieldTable } from "../../../src/config/fields.ts";
import { parseMeshConfig } from "../../../src/config/load.ts";
import { validateDefaults } from "../../../src/injection/annotations/registry.ts";

const path = new URL("../../../docs/configuration.md", import.meta.url);
const start = "<!-- prettier-ignore-start -->\n";
const end = "\n<!-- prettier-ignore-end -->";

/** The page with its table replaced by the one that the schema gives. */
function withTable(page: string): string {
  const [before, rest] = page.split(start);
  const [, after] = rest?.split(end) ?? [];
  assert.ok(before !== undefined && after !== undefined, "the page has its two markers");
  return `${before}${start}\n${renderFieldTable()}\n${end}${after}`;
}

test("the documentation's table is the schema's; UPDATE_GOLDEN=1 rewrites it", () => {
  const page = readFileSync(path, "utf8");
  const expected = withTable(page);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, expected);
  else assert.equal(page, expected);
});

test("every example in the documentation is a good config", () => {
  const examples = readFileSync(path, "utf8").matchAll(/```yaml\n(.*?)```/gs);
  const texts = [...examples].map(([, text = ""]) => text);
  assert.equal(texts.length, 3);
  for (const text of texts) assert.deepEqual(parseMeshConfig(text, validateDefaults).ok, true, text);
});
