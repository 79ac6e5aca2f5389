import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseRegex } from "../../../../src/control-plane/model/routes/regex/re2.ts";
import { left, refused, understood } from "../../../regex-cases.ts";

suite("regular expressions", () => {
  for (const [regex, matches, others] of understood) {
    test(`${JSON.stringify(regex.slice(0, 40))} matches what it should, whole`, () => {
      const result = parseRegex(regex);
      assert.ok(result.ok, JSON.stringify(result));
      for (const text of matches) assert.ok(result.value.test(text), JSON.stringify(text));
      for (const text of others) assert.ok(!result.value.test(text), JSON.stringify(text));
    });
  }

  for (const regex of [...refused, ...left]) {
    test(`${JSON.stringify(regex.slice(0, 40))} is refused, and why`, () => {
      const result = parseRegex(regex);
      assert.ok(!result.ok);
      assert.match(result.problems[0]?.message ?? "", /^\S+ .*[^.]$/);
    });
  }

  test("nesting without end is refused", () => {
    assert.equal(parseRegex("(".repeat(100_000)).ok, false);
  });
});
