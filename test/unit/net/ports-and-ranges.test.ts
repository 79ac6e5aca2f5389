import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { formatPortSelection, includesPort, parsePortRanges, parsePortSelection } from "../../../src/net/port-range.ts";
import type { PortSelection } from "../../../src/net/port-range.ts";

function read(text: string): PortSelection {
  const result = parsePortSelection(text, "x");
  assert.ok(result.ok);
  return result.value;
}

suite("ports", () => {
  for (const [text, expected, canonical] of [
    ["", [], ""],
    ["  ", [], ""],
    ["*", "all", "*"],
    [" * ", "all", "*"],
    ["80", [{ first: 80, last: 80 }], "80"],
    [
      "1,65535",
      [
        { first: 1, last: 1 },
        { first: 65_535, last: 65_535 },
      ],
      "1,65535",
    ],
    [
      " 80 ,\n8000-8099 ",
      [
        { first: 80, last: 80 },
        { first: 8000, last: 8099 },
      ],
      "80,8000-8099",
    ],
    ["00080", [{ first: 80, last: 80 }], "80"],
    ["7-7", [{ first: 7, last: 7 }], "7"],
  ] as const) {
    test(JSON.stringify(text), () => {
      assert.deepEqual(read(text), expected);
      assert.equal(formatPortSelection(read(text)), canonical);
    });
  }

  test("each bad item is a problem of its own, at the path given", () => {
    const result = parsePortRanges("80,abc,0,9-8,70000,,*", "here");
    assert.ok(!result.ok);
    assert.deepEqual(
      result.problems.map(({ path, message }) => [path, message]),
      ["abc", "0", "9-8", "70000", "", "*"].map((item) => ["here", `"${item}" is not a port or a range of ports`]),
    );
  });

  test("a selection holds the ends of its ranges and nothing outside", () => {
    const selection = read("80,8000-8099");
    const held = [79, 80, 81, 7999, 8000, 8099, 8100].filter((port) => includesPort(selection, port));
    assert.deepEqual(held, [80, 8000, 8099]);
    assert.ok(includesPort("all", 1) && !includesPort([], 1));
  });
});
