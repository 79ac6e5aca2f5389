import assert from "node:assert/strict";
import { test } from "node:test";
import { isAlike } from "../../alike-output.ts";

test("counts may be a little off", () => {
  assert.ok(isAlike("     90 v1\n     10 v2\n", "     84 v1\n     16 v2\n"));
  assert.ok(isAlike("      3 failed\n     97 good\n", "      5 failed\n     95 good\n"));
});

test("a share that is far off is another one", () => {
  assert.ok(!isAlike("     90 v1\n     10 v2\n", "     50 v1\n     50 v2\n"));
  assert.ok(!isAlike("     50 failed\n     50 good\n", "      3 failed\n     97 good\n"));
});

test("all is all", () => {
  assert.ok(!isAlike("    100 v1\n", "     99 v1\n"));
  assert.ok(!isAlike("    100 v1\n", "     99 v1\n      1 v2\n"));
});

test("words must be the same", () => {
  assert.ok(!isAlike("     90 v1\n", "     90 v2\n"));
  assert.ok(!isAlike("created\n", ""));
  assert.ok(isAlike("", ""));
});
