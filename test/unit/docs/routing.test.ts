/** docs/routing.md against the code: filters and reasons, none missing and none too many. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { grpcFilterTypes, httpFilterTypes } from "../../../src/control-plane/kubernetes/routes/read-filters.ts";
import { acceptedReasons } from "../../../src/control-plane/model/routes/judge-route.ts";
import { unresolvedReasons } from "../../../src/control-plane/model/routes/resolve-backend.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/routing.md"), "utf8");

/** Cells of the rows of the table that has these headings. */
function rowsOf(headings: readonly string[]): readonly (readonly string[])[] {
  const lines = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const start = lines.findIndex((cells) => headings.every((heading, index) => cells[index + 1] === heading));
  assert.ok(start >= 0, `there is a table ${headings.join(", ")}`);
  const end = lines.findIndex((cells, index) => index > start && cells.length === 1);
  return lines.slice(start + 2, end).map((cells) => cells.slice(1, -1));
}

const code = (text = ""): string => text.replaceAll("`", "");

test("its filters are those that are read", () => {
  const rows = rowsOf(["filter", "HTTPRoute", "GRPCRoute"]);
  assert.deepEqual(rows.map(([type]) => code(type)).toSorted(), httpFilterTypes.toSorted());
  const ofGrpc = rows.filter(([, , grpc]) => grpc === "yes").map(([type]) => code(type));
  assert.deepEqual(ofGrpc.toSorted(), grpcFilterTypes.filter((type) => type !== "ExtensionRef").toSorted());
});

test("its reasons are those of the status", () => {
  const rows = rowsOf(["condition", "reason", "when"]);
  const reasonsOf = (condition: string): readonly string[] =>
    rows.filter(([type]) => code(type) === condition).map(([, reason]) => code(reason));
  assert.deepEqual(reasonsOf("Accepted"), acceptedReasons);
  assert.deepEqual(reasonsOf("ResolvedRefs"), ["ResolvedRefs", ...unresolvedReasons]);
});
