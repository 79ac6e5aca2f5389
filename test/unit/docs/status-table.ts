/** Tables of the pages, for tests that hold them against the code. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Row = readonly string[];

/** Cells of the rows of the table that has these headings, without the marks of code. */
export function rowsOfPage(page: string, headings: readonly string[]): readonly Row[] {
  const text = readFileSync(join(import.meta.dirname, "../../../docs", page), "utf8");
  const lines = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
  const start = lines.findIndex((cells) => headings.every((heading, index) => cells[index + 1] === heading));
  assert.ok(start >= 0, `${page} has a table ${headings.join(", ")}`);
  const end = lines.findIndex((cells, index) => index > start && cells.length === 1);
  return lines.slice(start + 2, end).map((cells) => cells.slice(1, -1));
}

/** The reasons of a condition, as a page's table of statuses has them. */
export function reasonsOfPage(page: string, condition: string): readonly string[] {
  return rowsOfPage(page, ["condition", "reason", "when"])
    .filter(([type]) => type === condition)
    .map(([, reason = ""]) => reason);
}
