import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { quote } from "../../src/quote.ts";

suite("what a person wrote is quoted", () => {
  for (const [text, expected] of [
    ["", '""'],
    ["abc", '"abc"'],
    ['a"b\n\u0000', String.raw`"a\"b\n\u0000"`],
    ["x".repeat(64), `"${"x".repeat(64)}"`],
    ["x".repeat(65), `"${"x".repeat(64)}…"`],
    [`${"x".repeat(63)}💥`, `"${"x".repeat(63)}\\ud83d…"`],
  ] as const) {
    test(expected, () => {
      assert.equal(quote(text), expected);
    });
  }
});
