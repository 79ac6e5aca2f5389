import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseQuantity } from "../../../src/kubernetes/quantity.ts";

const one = 10n ** 9n;

suite("quantities, exactly, in nanos", () => {
  for (const [text, expected] of [
    ["0", 0n],
    ["1", one],
    ["+1", one],
    ["1.", one],
    [".5", one / 2n],
    ["0.5", one / 2n],
    ["50m", one / 20n],
    ["1n", 1n],
    ["1u", 1000n],
    ["1k", one * 1000n],
    ["1Ki", one * 1024n],
    ["1.5Gi", (one * 3n * 1024n ** 3n) / 2n],
    ["1E", one * 10n ** 18n],
    ["1Ei", one * 1024n ** 6n],
    ["1e3", one * 1000n],
    ["1E3", one * 1000n],
    ["1e-3", one / 1000n],
    ["1.25e+2", one * 125n],
    ["0.1n", 1n],
    ["1e-10", 1n],
    ["9007199254740993", one * 9_007_199_254_740_993n],
  ] as const) {
    test(`${text} is ${String(expected)}`, () => {
      assert.equal(parseQuantity(text), expected);
    });
  }

  test("what is above what does not depend on the spelling", () => {
    assert.equal(parseQuantity("1000m"), parseQuantity("1"));
    assert.ok((parseQuantity("1Gi") ?? 0n) > (parseQuantity("1G") ?? 0n));
    assert.ok((parseQuantity("0.3") ?? 0n) === (parseQuantity("300m") ?? 1n));
  });
});

suite("no quantities", () => {
  for (const text of [
    "",
    ".",
    "m",
    "-1",
    "1 ",
    " 1",
    "1\n",
    "1K",
    "1mi",
    "1e",
    "1e99",
    "0x1",
    "1,5",
    "1.2.3",
    "１",
    "9".repeat(65),
  ]) {
    test(JSON.stringify(text), () => {
      assert.equal(parseQuantity(text), undefined);
    });
  }
});
