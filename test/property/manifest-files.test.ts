import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseAllDocuments, stringify } from "yaml";
import type { ToStringOptions } from "yaml";
import { transformManifests } from "../../src/manifest-files/transform-manifests.ts";

const text = fc.oneof(
  fc.constantFrom(
    "web",
    "on",
    "yes",
    "1e3",
    "0755",
    "22:22",
    "",
    " ",
    "a: b",
    "# no comment",
    "x\n",
    "two\nlines",
    " x\n y\n\n",
    "é",
  ),
  fc.string({ maxLength: 12 }),
);
/** The library writes the key `<<` so that it reads as a merge: that one is refused, not corrupted. */
const key = fc
  .oneof(
    fc.constantFrom("app", "on", "1", "outrigger.dev/inject", "a b", "null"),
    fc.string({ minLength: 1, maxLength: 6 }),
  )
  .filter((name) => !["__proto__", "<<"].includes(name));
const stringMap = fc.dictionary(key, text, { maxKeys: 4, noNullPrototype: true });
const container = fc.record(
  {
    name: fc.constantFrom("a", "b", "c", "d", "e"),
    image: text,
    args: fc.array(text, { maxLength: 3 }),
    ports: fc.array(fc.record({ containerPort: fc.nat(65_535) }, { noNullPrototype: true }), { maxLength: 2 }),
    resources: fc.record({ limits: stringMap, requests: stringMap }, { requiredKeys: [], noNullPrototype: true }),
  },
  { requiredKeys: ["name"], noNullPrototype: true },
);
const containers = fc.uniqueArray(container, { selector: ({ name }) => name, maxLength: 4 });
const pod = fc.record(
  {
    metadata: fc.record({ labels: stringMap, annotations: stringMap }, { requiredKeys: [], noNullPrototype: true }),
    spec: fc.record(
      {
        containers,
        initContainers: containers,
        volumes: fc.oneof(containers, fc.constant(null)),
        paused: fc.boolean(),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

type Writer = (value: object) => string;

function yaml(options: ToStringOptions): Writer {
  return (value) => stringify(value, { version: "1.1", aliasDuplicateObjects: false, ...options });
}

const writers: Readonly<Record<string, Writer>> = {
  "indented by two": yaml({}),
  "with dashes below keys": yaml({ indentSeq: false }),
  "indented by four": yaml({ indent: 4 }),
  "in flow style": yaml({ collectionStyle: "flow" }),
  "quoted and folded": yaml({ defaultStringType: "QUOTE_DOUBLE", lineWidth: 20 }),
  "as JSON": (value) => JSON.stringify(value),
  "as indented JSON": (value) => JSON.stringify(value, null, 2),
};

function valuesIn(stream: string): readonly unknown[] {
  return [...parseAllDocuments(stream, { version: "1.1" })].map((document) => document.toJS() as unknown);
}

describe("a changed document", () => {
  for (const [style, write] of Object.entries(writers)) {
    it(`${style} reads as what it was changed into, and so does what follows it`, () => {
      fc.assert(
        fc.property(pod, pod, (before, after) => {
          const rest = "# the second\nkind:   Service\n";
          const separator = style.includes("JSON") ? "" : `---\n${rest}`;
          const [first, second] = [
            { kind: "Pod", ...before },
            { kind: "Pod", ...after },
          ];
          const result = transformManifests(write(first) + separator, ({ kind }) =>
            kind === "Pod" ? second : undefined,
          );
          assert.ok(result.ok, JSON.stringify(result));
          assert.ok(result.value.endsWith(separator));
          assert.deepEqual(valuesIn(result.value)[0], second);
          if (style.includes("JSON")) assert.deepEqual(JSON.parse(result.value), second);
        }),
      );
    });
  }

  it("keeps its comments: it is edited, not written anew", () => {
    const comments = ["# head", "# behind the kind", "# above the rest"];
    fc.assert(
      fc.property(pod, pod, (before, after) => {
        const head = `${comments[0]}\nkind: Pod ${comments[1]}\n${comments[2]}\nrest:\n  x: 1\n`;
        const change = (): object => ({ kind: "Pod", rest: { x: 1 }, ...after });
        const result = transformManifests(head + (Object.keys(before).length === 0 ? "" : yaml({})(before)), change);
        assert.ok(result.ok && result.value.startsWith(head), JSON.stringify(result));
      }),
    );
  });
});
