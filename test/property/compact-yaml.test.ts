import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { renderCompactYaml } from "../../src/envoy/compact-yaml.ts";

const words = fc.constantFrom("yes", "On", "null", "~", "1e3", "0x1F", "012", ".5", "a: b", "- a", "*a", "&a", "#", "");
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.string({ unit: "binary" }),
    words,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string({ maxLength: 12 }), words), tie("value"), { maxKeys: 4 }),
  ),
})).value;

/** A property of a value that stands in it several times, so that references are made. */
const repeating = json.map((value) => ({ first: value, second: [value, { third: value }] }));

for (const version of ["1.1", "1.2"] as const) {
  test(`reads as the same data in YAML ${version}`, () => {
    fc.assert(
      fc.property(repeating, (value) => {
        const expected: unknown = JSON.parse(JSON.stringify(value));
        const options = { version, uniqueKeys: false, maxAliasCount: -1, merge: false } as const;
        assert.deepEqual(parse(renderCompactYaml(value), options), expected);
      }),
      { numRuns: 1_000 },
    );
  });
}

test("writes what stands twice once", () => {
  const part = { name: "a part that is long enough" };
  const text = renderCompactYaml({ one: part, two: part, three: [part] });
  assert.equal(text, '{one: &p0 {name: "a part that is long enough"},two: *p0 ,three: [*p0 ]}');
});

test("is one line", () => {
  assert.equal(renderCompactYaml({ text: "two\nlines" }), String.raw`{text: "two\nlines"}`);
});
