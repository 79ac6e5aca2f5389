import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import jsonPatch from "fast-json-patch";
import { createPatch } from "../../src/injection/json-patch.ts";

/** `applyPatch` refuses to write `__proto__`; the unit tests cover that key. */
const key = fc
  .oneof(fc.string(), fc.constantFrom("a/b", "a~b", "~1", "constructor", "0", "-", ""))
  .filter((text) => text !== "__proto__");

const json = fc.letrec<{ readonly value: unknown; readonly object: object }>((tie) => ({
  object: fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: "json" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.array(tie("value"), { maxLength: 5 }),
    tie("object"),
  ),
})).object;

const item = fc.record(
  {
    name: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
    image: fc.string(),
    env: fc.dictionary(key, fc.string(), { maxKeys: 3, noNullPrototype: true }),
  },
  { requiredKeys: ["name"], noNullPrototype: true },
);
const stringMap = fc.dictionary(key, fc.string(), { noNullPrototype: true });
const namedList = fc.uniqueArray(item, { selector: ({ name }) => name, maxLength: 8 });
const pod = fc.record(
  {
    metadata: fc.record({ labels: stringMap, annotations: stringMap }, { requiredKeys: [], noNullPrototype: true }),
    containers: namedList,
    initContainers: namedList,
    args: fc.array(fc.constantFrom("x", "y"), { maxLength: 4 }),
  },
  { requiredKeys: ["containers"], noNullPrototype: true },
);

/** What `patch` makes of a copy of `original`, by the library, which knows nothing of how the patch came about. */
function applied(original: object, patch: ReturnType<typeof createPatch>): unknown {
  return jsonPatch.applyPatch(structuredClone(original), patch, true, true).newDocument;
}

describe("a patch", () => {
  it("turns any JSON document into any other", () => {
    fc.assert(
      fc.property(json, json, (original, mutated) => {
        assert.deepEqual(applied(original, createPatch(original, mutated)), mutated);
      }),
      { numRuns: 2_000 },
    );
  });

  it("turns a pod into a pod whose named items were put in, taken out, changed and moved", () => {
    fc.assert(
      fc.property(pod, pod, (original, mutated) => {
        assert.deepEqual(applied(original, createPatch(original, mutated)), mutated);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is empty between equal documents", () => {
    fc.assert(
      fc.property(json, (document) => {
        assert.deepEqual(createPatch(document, structuredClone(document)), []);
      }),
    );
  });

  it("is the same each time, and modifies neither document", () => {
    fc.assert(
      fc.property(pod, pod, (original, mutated) => {
        const texts = [JSON.stringify(original), JSON.stringify(mutated)];
        assert.deepEqual(
          createPatch(original, mutated),
          createPatch(structuredClone(original), structuredClone(mutated)),
        );
        assert.deepEqual([JSON.stringify(original), JSON.stringify(mutated)], texts);
      }),
    );
  });

  it("leaves every field that it does not name byte-identical", () => {
    fc.assert(
      fc.property(json, json, (untouched, added) => {
        const original = { untouched, list: [{ name: "a" }] };
        const mutated = { untouched, list: [{ name: "new", added }, { name: "a" }] };
        const after = applied(original, createPatch(original, mutated)) as typeof original;
        assert.equal(JSON.stringify(after.untouched), JSON.stringify(untouched));
      }),
    );
  });

  it("never takes more operations than items changed to reorder a named list", () => {
    const shuffled = namedList.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, reordered]) => {
        const patch = createPatch({ list }, { list: reordered });
        assert.ok(patch.length <= 2 * Math.max(0, list.length - 1));
        assert.deepEqual(applied({ list }, patch), { list: reordered });
      }),
    );
  });
});
