import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { matchPorts, mergePortRanges } from "../../../src/iptables/port-matches.ts";
import { formatPortSelection, parsePortRanges } from "../../../src/net/port-range.ts";
import type { PortRange } from "../../../src/net/port-range.ts";

function ranges(text: string): readonly PortRange[] {
  const result = parsePortRanges(text, "test");
  assert.ok(result.ok);
  return result.value;
}

describe("port ranges are merged", () => {
  for (const [given, merged] of [
    ["", ""],
    ["80", "80"],
    ["443,80", "80,443"],
    ["80,80,80", "80"],
    ["80,81", "80-81"],
    ["80-90,85-100", "80-100"],
    ["80-90,91-100", "80-100"],
    ["80-90,92-100", "80-90,92-100"],
    ["1-65535,80,443-500", "1-65535"],
    ["100-200,120-130", "100-200"],
  ] as const) {
    test(`${given || "nothing"} -> ${merged || "nothing"}`, () => {
      assert.equal(formatPortSelection(mergePortRanges(ranges(given))), merged);
    });
  }
});

describe("ports as matches", () => {
  const odd = (count: number): string => Array.from({ length: count }, (_, index) => 2 * index + 1).join(",");
  for (const [given, expected] of [
    ["", []],
    ["80", ["-p tcp -m tcp --dport 80"]],
    ["8000-8099", ["-p tcp -m tcp --dport 8000:8099"]],
    ["80,443,8000-8099", ["-p tcp -m multiport --dports 80,443,8000:8099"]],
    [odd(15), [`-p tcp -m multiport --dports ${odd(15)}`]],
    [odd(16), [`-p tcp -m multiport --dports ${odd(15)}`, "-p tcp -m tcp --dport 31"]],
    [
      // Seven ranges take 14 places: an eighth does not fit, a single port would.
      "1-2,4-5,7-8,10-11,13-14,16-17,19-20,22-23",
      ["-p tcp -m multiport --dports 1:2,4:5,7:8,10:11,13:14,16:17,19:20", "-p tcp -m tcp --dport 22:23"],
    ],
    ["1-2,4-5,7-8,10-11,13-14,16-17,19-20,22", ["-p tcp -m multiport --dports 1:2,4:5,7:8,10:11,13:14,16:17,19:20,22"]],
  ] as const) {
    test(given || "nothing", () => {
      assert.deepEqual(
        matchPorts(ranges(given)).map((match) => match.join(" ")),
        expected,
      );
    });
  }
});
