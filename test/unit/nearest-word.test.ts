import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestWord } from "../../src/nearest-word.ts";

const known = ["proxy-image", "proxy-cpu-request", "proxy-cpu-limit", "opaque-ports", "overlays"];

const cases: readonly (readonly [word: string, nearest: string | undefined])[] = [
  ["proxy-imgae", "proxy-image"],
  ["proxyImage", "proxy-image"],
  ["PROXY-IMAGE", "proxy-image"],
  ["proxy-cpu-limits", "proxy-cpu-limit"],
  ["opaque-port", "opaque-ports"],
  ["overlay", "overlays"],
  ["completely-different", undefined],
  ["", undefined],
  ["x".repeat(100_000), undefined],
];

for (const [word, nearest] of cases) {
  test(`nearest to ${JSON.stringify(word.slice(0, 24))} is ${nearest ?? "nothing"}`, () => {
    assert.equal(nearestWord(word, known), nearest);
  });
}
