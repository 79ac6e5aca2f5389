import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { limitWarnings, maxWarningLength, maxWarningsLength } from "../../../src/webhook/limit-warnings.ts";

const characters = (text: string): number => Array.from(text).length;

test("ordinary warnings pass unchanged and in order", () => {
  assert.deepEqual(limitWarnings(["b", "a"]), ["b", "a"]);
  assert.deepEqual(limitWarnings([]), []);
});

test("a control character, for which the API server would drop the warning, becomes a space", () => {
  assert.deepEqual(limitWarnings(["a\nb\u0000\u0085c\t"]), ["a b c"]);
});

test("half of a surrogate pair, which is no UTF-8, is replaced", () => {
  assert.deepEqual(limitWarnings(["a\ud800b"]), ["a\ufffdb"]);
});

test("a warning that is repeated or empty is left out", () => {
  assert.deepEqual(limitWarnings(["a", "", "a", "\n"]), ["a"]);
});

test("a long warning is cut by characters, not in the middle of one", () => {
  const [cut] = limitWarnings(["😀".repeat(300)]);
  assert.equal(cut, `${"😀".repeat(maxWarningLength - 1)}…`);
});

test("what does not fit is counted", () => {
  const warnings = Array.from({ length: 100 }, (_, index) => `${index} ${"x".repeat(196)}`);
  const limited = limitWarnings(warnings);
  assert.deepEqual(limited.slice(0, -1), warnings.slice(0, limited.length - 1));
  assert.equal(
    limited.at(-1),
    `outrigger: left out ${101 - limited.length} more; \`outrigger explain\` shows every warning`,
  );
});

test("any warnings end within the API server's limits", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 400 }), { maxLength: 60 }), (warnings) => {
      const limited = limitWarnings(warnings);
      assert.ok(limited.every((text) => text !== "" && characters(text) <= maxWarningLength && text.isWellFormed()));
      assert.ok(limited.every((text) => !/\p{Cc}/u.test(text)));
      assert.ok(limited.reduce((sum, text) => sum + characters(text), 0) <= maxWarningsLength);
      assert.equal(new Set(limited).size, limited.length);
    }),
  );
});
