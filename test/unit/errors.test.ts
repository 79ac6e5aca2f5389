import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { errorCatalogue, OutriggerError } from "../../src/errors.ts";
import type { ErrorCode } from "../../src/errors.ts";

const page = join(import.meta.dirname, "../../docs/errors.md");
const codes = Object.keys(errorCatalogue) as ErrorCode[];

/** The page's table as the catalogue has it. */
function renderTable(): string {
  const rows = codes.map((code) => {
    const { message, fix, exitCode, httpStatus } = errorCatalogue[code];
    return `| \`${code}\` | ${message} | ${fix} | ${exitCode} | ${httpStatus} |`;
  });
  return ["| code | what happened | what to do | exit | HTTP |", "|---|---|---|---|---|", ...rows].join("\n");
}

test("docs/errors.md lists every error and no other", () => {
  const text = readFileSync(page, "utf8");
  const updated = text.replace(
    /(?<=<!-- prettier-ignore-start -->\n).*?(?=\n<!-- prettier-ignore-end -->)/s,
    () => `\n${renderTable()}\n`,
  );
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(page, updated);
  else assert.equal(text, updated, "docs/errors.md is behind src/errors.ts; UPDATE_GOLDEN=1 rewrites it");
  assert.ok(updated.includes(renderTable()));
});

test("every message and fix reads as part of a sentence", () => {
  for (const code of codes) {
    const { message, fix } = errorCatalogue[code];
    assert.match(message, /[^.]$/, code);
    assert.match(fix, /[^.]$/, code);
  }
});

test("an error says what happened and, after a colon, this time's detail", () => {
  const error = new OutriggerError("OUTRIGGER_FILE_UNREADABLE", "mesh.yaml");
  assert.equal(error.message, "a file cannot be read: mesh.yaml");
  assert.equal(error.code, "OUTRIGGER_FILE_UNREADABLE");
  assert.equal(error.exitCode, 2);
  assert.match(error.fix, /path exists/);
});

test("anything thrown becomes a coded error, with its cause", () => {
  const own = new OutriggerError("OUTRIGGER_USAGE");
  assert.equal(OutriggerError.from(own), own);
  for (const thrown of [new TypeError("a bug"), "text", undefined, null, 7, Object.create(null)] as unknown[]) {
    const error = OutriggerError.from(thrown);
    assert.equal(error.code, "OUTRIGGER_INTERNAL");
    assert.equal(error.cause, thrown);
  }
  assert.match(OutriggerError.from(new TypeError("a bug")).message, /: a bug$/);
});
