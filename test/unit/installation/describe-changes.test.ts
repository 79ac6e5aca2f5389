import assert from "node:assert/strict";
import { test } from "node:test";
import { describeChanges } from "../../../src/installation/describe-changes.ts";

const cases: readonly (readonly [string, unknown, unknown, readonly string[]])[] = [
  ["nothing", { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ["a value", { spec: { replicas: 2 } }, { spec: { replicas: 3 } }, ["spec.replicas: 2 -> 3"]],
  ["a field more", { data: {} }, { data: { x: "1" } }, ['data.x: added "1"']],
  ["a field less", { data: { x: "1" } }, { data: {} }, ['data.x: removed "1"']],
  [
    "an item by its name",
    { c: [{ name: "a", image: "a:1" }] },
    {
      c: [
        { name: "b", image: "b:1" },
        { name: "a", image: "a:2" },
      ],
    },
    ['c[name=a].image: "a:1" -> "a:2"', 'c[name=b]: added {"name":"b","image":"b:1"}'],
  ],
  ["an item by its place", { v: ["a", "b"] }, { v: ["a", "c"] }, ['v[1]: "b" -> "c"']],
  ["a long text", { data: { x: "a\nb" } }, { data: { x: "a\nc" } }, ["data.x: … -> …"]],
  ["a map that was a list", { a: [] }, { a: {} }, ["a: [] -> {}"]],
  ["null", { a: null }, { a: 1 }, ["a: null -> 1"]],
  [
    "what the server keeps",
    { metadata: { name: "a", resourceVersion: "1", generation: 1, managedFields: [1] }, status: 1 },
    { metadata: { name: "a", resourceVersion: "2", generation: 2, managedFields: [2] }, status: 2 },
    [],
  ],
];

for (const [what, before, after, expected] of cases) {
  test(`tells ${what}`, () => {
    assert.deepEqual(describeChanges(before, after), expected);
  });
}
