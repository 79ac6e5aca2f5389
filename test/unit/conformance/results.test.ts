import assert from "node:assert/strict";
import { test } from "node:test";
import { findShortfalls, parseResults } from "../../conformance/results.ts";
import type { TestResult } from "../../conformance/results.ts";

function outcome(name: string, result: TestResult["result"], ...features: readonly string[]): TestResult {
  return { test: name, result, seconds: 1, features };
}

const claimed = ["Mesh", "HTTPRoute"];

test("what has passed is no shortfall", () => {
  assert.deepEqual(findShortfalls([outcome("A", "passed", "Mesh")], claimed, undefined), []);
});

test("a failure is a shortfall, whether it was claimed or not", () => {
  const results = [outcome("A", "failed", "Mesh"), outcome("B", "failed", "Other")];
  assert.deepEqual(findShortfalls(results, claimed, undefined), ["A failed", "B failed"]);
});

test("a test that was skipped is a shortfall if all its features are claimed", () => {
  const results = [outcome("A", "skipped", "Mesh", "HTTPRoute"), outcome("B", "skipped", "Mesh", "Other")];
  assert.deepEqual(findShortfalls(results, claimed, undefined), ["A was skipped"]);
});

test("where one test was to be run, the others may be skipped, and it must have run", () => {
  const results = [outcome("A", "passed", "Mesh"), outcome("B", "skipped", "Mesh")];
  assert.deepEqual(findShortfalls(results, claimed, "A"), []);
  assert.deepEqual(findShortfalls(results, claimed, "B"), ["B was skipped"]);
  assert.deepEqual(findShortfalls(results, claimed, "C"), ["there is no result of C"]);
});

test("a suite that has not come to any test is a shortfall", () => {
  assert.deepEqual(findShortfalls([], claimed, undefined), ["there is no result of any test"]);
});

test("results are lines of JSON", () => {
  const results = [outcome("A", "passed", "Mesh"), outcome("B", "skipped", "Other")];
  assert.deepEqual(parseResults(results.map((result) => `${JSON.stringify(result)}\n`).join("")), results);
});
