import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parseAllDocuments } from "yaml";
import type { JsonObject } from "../../../src/json-value.ts";
import { describePlace, transformManifests } from "../../../src/manifest-files/transform-manifests.ts";
import type { ManifestPlace, TransformObject } from "../../../src/manifest-files/transform-manifests.ts";
import { formatProblem } from "../../../src/problem.ts";
import { goldenFolder } from "../../golden-files.ts";
import { addSidecars } from "./sample-mutation.ts";

function transformed(text: string, transform: TransformObject): string {
  const result = transformManifests(text, transform);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function problemsOf(text: string, transform: TransformObject = () => undefined): readonly string[] {
  const result = transformManifests(text, transform);
  return result.ok ? [] : result.problems.map(formatProblem);
}

function valuesIn(text: string): readonly unknown[] {
  return [...parseAllDocuments(text, { version: "1.1" })].map((document) => document.toJS() as unknown);
}

/** Sets one top-level field. */
function setting(key: string, value: unknown): TransformObject {
  return (object) => ({ ...object, [key]: value });
}

describe("documents that do not change", () => {
  const folder = goldenFolder("manifest-files", "in");
  for (const file of readdirSync(folder)) {
    it(`${file} stays byte for byte, also when copied`, () => {
      const text = readFileSync(join(folder, file), "utf8");
      assert.equal(
        transformed(text, () => undefined),
        text,
      );
      assert.equal(
        transformed(text, (object) => object),
        text,
      );
      assert.equal(
        transformed(text, (object) => structuredClone(object)),
        text,
      );
    });
  }

  for (const text of ["", "\n", "# nothing\n", "---\n", "---\n---\n", "--- # a\n...\n", "null\n"]) {
    it(`an empty stream: ${JSON.stringify(text)}`, () => {
      assert.equal(
        transformed(text, () => assert.fail("there is no object")),
        text,
      );
    });
  }
});

describe("a mutation and the mutation back", () => {
  const folder = goldenFolder("manifest-files", "in");
  for (const file of readdirSync(folder)) {
    it(`${file} reads as before`, () => {
      const text = readFileSync(join(folder, file), "utf8");
      const originals: JsonObject[] = [];
      const mutated = transformed(text, (object) => {
        originals.push(object);
        return addSidecars(object);
      });
      const restored = transformed(mutated, () => originals.shift());
      assert.deepEqual(valuesIn(restored), valuesIn(text));
    });
  }
});

describe("what the text keeps", () => {
  it("carriage returns", () => {
    const text = "kind: Pod\r\nmetadata:\r\n  name: a # c\r\nspec: x\r\n---\r\nkind: B\r\n";
    const result = transformed(text, (object) =>
      object["kind"] === "Pod" ? { ...object, metadata: { name: "b", labels: { a: "1" } } } : undefined,
    );
    assert.equal(
      result,
      'kind: Pod\r\nmetadata:\r\n  name: b # c\r\n  labels:\r\n    a: "1"\r\nspec: x\r\n---\r\nkind: B\r\n',
    );
  });

  it("a byte order mark", () => {
    assert.equal(transformed("\ufeffkind: Pod\n", setting("spec", {})), "\ufeffkind: Pod\nspec: {}\n");
    assert.equal(transformed('\ufeff{"kind": "Pod"}', setting("spec", {})), '\ufeff{"kind": "Pod", "spec": {}}');
  });

  it("numbers that JavaScript cannot hold", () => {
    const text = "kind: Pod\nbig: 12345678901234567890\nfloat: 1.50\n";
    assert.equal(transformed(text, setting("x", 1)), `${text}x: 1\n`);
  });

  it("the anchor of a value that changes, with no alias to it", () => {
    assert.equal(
      transformed("a: &x 1\nb: &y\n  c: 1\n", () => ({ a: 1, b: { c: 2 } })),
      "a: &x 1\nb: &y\n  c: 2\n",
    );
  });

  it("aliases, when their anchor goes", () => {
    assert.equal(
      transformed("a: &x\n  k: v\nb: *x\n", () => ({ b: { k: "v" } })),
      "b:\n  k: v\n",
    );
    assert.equal(
      transformed("a: &x [1]\nb: [*x, *x]\n", () => ({ a: [2], b: [[1], [1]] })),
      "a: &x [2]\nb: [[1], [1]]\n",
    );
  });

  it("merges that can be overridden", () => {
    const text = "base: &base {a: 1, b: 2}\nc:\n  <<: *base\n  b: 3\n";
    const change: TransformObject = () => ({ base: { a: 1, b: 2 }, c: { a: 9, b: 3 } });
    assert.equal(transformed(text, change), "base: &base {a: 1, b: 2}\nc:\n  <<: *base\n  b: 3\n  a: 9\n");
  });

  it("nothing of a merge of which a key is taken out", () => {
    const text = "base: &base {a: 1, b: 2}\nc:\n  <<: *base\n";
    assert.equal(
      transformed(text, () => ({ base: { a: 1, b: 2 }, c: { b: 2 } })),
      "base: &base {a: 1, b: 2}\nc:\n  b: 2\n",
    );
  });

  it("comments above items when others are put before and after them", () => {
    const text = "l:\n  # about a\n  - name: a\n    x: |\n      # no comment\n  # about b\n  - name: b\n";
    const [a, b] = [{ name: "a", x: "# no comment\n" }, { name: "b" }];
    assert.equal(
      transformed(text, () => ({ l: [{ name: "new" }, a, { name: "m" }, b, { name: "o" }] })),
      "l:\n  - name: new\n  # about a\n  - name: a\n    x: |\n      # no comment\n  - name: m\n  # about b\n  - name: b\n  - name: o\n",
    );
  });

  it("the rest of an item whose first key goes", () => {
    assert.equal(
      transformed("l:\n- a: 1\n  b: 2 # two\n", () => ({ l: [{ b: 2 }] })),
      "l:\n- b: 2 # two\n",
    );
    assert.equal(
      transformed("l:\n- a: 1\n", () => ({ l: [{}] })),
      "l:\n- {}\n",
    );
  });

  it("items that move, in their new order", () => {
    const text = "l:\n- name: a # one\n- name: b # two\n- name: c # three\n";
    const [a, b, c] = ["a", "b", "c"].map((name) => ({ name }));
    assert.equal(
      transformed(text, () => ({ l: [c, a, b] })),
      "l:\n- name: c\n- name: a # one\n- name: b # two\n",
    );
  });

  it("a value of another type in its place", () => {
    assert.equal(
      transformed("a:\n  b: 1\nc: 2\n", () => ({ a: "on", c: { d: [] } })),
      'a: "on"\nc:\n  d: []\n',
    );
    assert.equal(
      transformed("a:\nb: |\n  x\nc: 1\n", () => ({ a: 1, b: 2, c: 1 })),
      "a: 1\nb: 2\nc: 1\n",
    );
  });

  it("strings that YAML 1.1 or 1.2 reads as something else", () => {
    const strings = [
      "on",
      "off",
      "yes",
      "n",
      "null",
      "~",
      "1e3",
      "0755",
      "0o17",
      "1_000",
      "22:22",
      "2026-11-24",
      "<<",
      "=",
      ".inf",
      "",
      " ",
      "a: b",
      "#",
      "é\u0000",
    ];
    for (const version of ["1.1", "1.2"] as const) {
      const [document] = parseAllDocuments(transformed("kind: Pod\n", setting("list", strings)), { version });
      assert.deepEqual(document?.toJS(), { kind: "Pod", list: strings });
    }
  });

  it("keys that objects inherit", () => {
    const labels = JSON.parse('{"__proto__": "x", "constructor": "z"}') as object;
    assert.equal(
      transformed("kind: Pod\n", setting("labels", labels)),
      "kind: Pod\nlabels:\n  __proto__: x\n  constructor: z\n",
    );
    assert.equal(transformed("__proto__: {a: 1}\n", setting("b", 1)), "__proto__: {a: 1}\nb: 1\n");
  });
});

describe("what a transformation is told of its object's place", () => {
  it("document, line, kind and name", () => {
    const places: ManifestPlace[] = [];
    const text =
      "# head\n---\n# more\n\nkind: Pod\nmetadata: {name: a}\n---\n---\nkind: Job\nmetadata: {generateName: b-}\n---\nx: 1\n";
    transformed(text, (_, place) => {
      places.push(place);
      return undefined;
    });
    assert.deepEqual(places.map(describePlace), [
      "document 1 (Pod a), line 5",
      "document 3 (Job b-), line 9",
      "document 4, line 12",
    ]);
  });
});

describe("problems", () => {
  it("of every object, with its place", () => {
    const text = "kind: Pod\nmetadata:\n  name: a\n---\nkind: Pod\n";
    const transform: TransformObject = () => [{ path: "spec", message: "there is none", hint: "write one" }];
    assert.deepEqual(problemsOf(text, transform), [
      "document 1 (Pod a), line 1: spec: there is none; write one",
      "document 2 (Pod), line 5: spec: there is none; write one",
    ]);
  });

  const bad: readonly (readonly [title: string, text: string, problems: readonly RegExp[]])[] = [
    [
      "a tab as indentation",
      "a:\n\tb: 1\n",
      [/^document 1, line 2, column 1: Tabs are not allowed as indentation; indent with spaces$/],
    ],
    [
      "a key twice, in the second document",
      "a: 1\n---\nb: 1\nc: 1\nb: 2\n",
      [/^document 2, line 5, column 1: Map keys must be unique; keep one of the two$/],
    ],
    ["an open quote", 'a: "b\n', [/^document 1, line 2, column 1: Missing closing "quote/]],
    [
      "a template that is not rendered yet",
      "a: {{ .Values.a }}\nb: 1\n",
      [/^document 1, line 1, column 5: a key is no text, but a map or a list; render the template first$/],
    ],
    ["an alias to nothing", "a: *b\n", [/^document 1, line 1(, column \d+)?: .*[Uu]nresolved alias/]],
    [
      "a merge of what is no map",
      "a:\n  <<: 1\n",
      [/^document 1, line 1: the YAML can't be read: Merge sources must be maps/],
    ],
    ["a list", "- kind: Pod\n", [/^document 1, line 1: it is a list, not a Kubernetes object; write an object$/]],
    [
      "a text",
      "kind: Pod\n---\n\nPod\n",
      [/^document 2, line 4: it is a string, not a Kubernetes object; write an object$/],
    ],
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh".replace(/./g, (key) => {
        const previous = String.fromCharCode(key.charCodeAt(0) - 1);
        return `${key}: &${key} [${Array(9).fill(`*${previous}`).join(",")}]\n`;
      })}`,
      [/^document 1, line 1: the YAML can't be read: Excessive alias count/],
    ],
    [
      "endless nesting",
      `a: ${"[".repeat(50_000)}`,
      [/^the file: the YAML can't be read: Maximum call stack|^document 1/],
    ],
  ];
  for (const [title, text, expected] of bad) {
    it(`of ${title}`, () => {
      const problems = problemsOf(text);
      assert.ok(problems.length > 0);
      for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? "", pattern);
    });
  }
});
