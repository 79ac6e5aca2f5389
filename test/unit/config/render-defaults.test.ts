import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultMeshConfig } from "../../../src/config/defaults.ts";
import { configFields } from "../../../src/config/fields.ts";
import { parseMeshConfig } from "../../../src/config/load.ts";
import { renderDefaults } from "../../../src/config/render-defaults.ts";

test("the rendered file is read as the default config", () => {
  assert.deepEqual(
    parseMeshConfig(renderDefaults(), () => []),
    { ok: true, value: defaultMeshConfig },
  );
});

test("each field has a comment above it", () => {
  const lines = renderDefaults().split("\n");
  for (const { key, depth, path } of configFields) {
    const at = lines.findIndex((line) => line.startsWith(`${"  ".repeat(depth)}${key}:`));
    assert.match(lines[at - 1] ?? "", /^ *# \S/, path);
  }
});

test("no line is longer than a terminal", () => {
  for (const line of renderDefaults().split("\n")) assert.ok(line.length <= 100, line);
});

test("every field of the schema is described", () => {
  for (const { path, description } of configFields) assert.match(description, /\.$/, path);
});
