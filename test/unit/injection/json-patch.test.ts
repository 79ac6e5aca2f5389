import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Operation } from "fast-json-patch";
import { createPatch } from "../../../src/injection/json-patch.ts";

interface Case {
  readonly title: string;
  readonly before: object;
  readonly after: object;
  readonly patch: readonly Operation[];
}

const a = { name: "a", image: "a:1" };
const b = { name: "b", image: "b:1" };
const c = { name: "c", image: "c:1" };

const objects: readonly Case[] = [
  {
    title: "equal by value only",
    before: { x: { y: [1, { z: null }] } },
    after: { x: { y: [1, { z: null }] } },
    patch: [],
  },
  {
    title: "a new key",
    before: { x: 1 },
    after: { x: 1, y: { z: 2 } },
    patch: [{ op: "add", path: "/y", value: { z: 2 } }],
  },
  {
    title: "a missing parent is added whole, in one operation",
    before: { metadata: {} },
    after: { metadata: { annotations: { one: "1", two: "2" } } },
    patch: [{ op: "add", path: "/metadata/annotations", value: { one: "1", two: "2" } }],
  },
  {
    title: "removals before additions, each in the order of the document",
    before: { b: 1, a: 1, keep: 1 },
    after: { d: 1, keep: 2, c: 1 },
    patch: [
      { op: "remove", path: "/b" },
      { op: "remove", path: "/a" },
      { op: "add", path: "/d", value: 1 },
      { op: "replace", path: "/keep", value: 2 },
      { op: "add", path: "/c", value: 1 },
    ],
  },
  {
    title: "slashes and tildes in keys (RFC 6901)",
    before: { annotations: { "outrigger.dev/old~key": "1" } },
    after: { annotations: { "outrigger.dev/new~1key": "1" } },
    patch: [
      { op: "remove", path: "/annotations/outrigger.dev~1old~0key" },
      { op: "add", path: "/annotations/outrigger.dev~1new~01key", value: "1" },
    ],
  },
  { title: "an empty key", before: {}, after: { "": 1 }, patch: [{ op: "add", path: "/", value: 1 }] },
  {
    title: "keys that objects inherit are ordinary keys",
    before: { labels: {} },
    after: { labels: { constructor: "x", toString: "y" } },
    patch: [
      { op: "add", path: "/labels/constructor", value: "x" },
      { op: "add", path: "/labels/toString", value: "y" },
    ],
  },
  {
    title: "__proto__ is an ordinary key",
    before: JSON.parse('{"labels": {"__proto__": "x", "a": "b"}}') as object,
    after: JSON.parse('{"labels": {"__proto__": {"y": "z"}, "a": "b"}}') as object,
    patch: [{ op: "replace", path: "/labels/__proto__", value: { y: "z" } }],
  },
  {
    title: "undefined is absent",
    before: { gone: undefined, was: 1 },
    after: { was: undefined, never: undefined },
    patch: [{ op: "remove", path: "/was" }],
  },
  {
    title: "a value that changes its type",
    before: { x: [1], y: {}, z: null },
    after: { x: { 0: 1 }, y: [], z: 0 },
    patch: [
      { op: "replace", path: "/x", value: { 0: 1 } },
      { op: "replace", path: "/y", value: [] },
      { op: "replace", path: "/z", value: 0 },
    ],
  },
  { title: "a document that becomes a list", before: {}, after: [1], patch: [{ op: "replace", path: "", value: [1] }] },
];

const lists: readonly Case[] = [
  {
    title: "an item put first is one addition",
    before: { list: [a, b] },
    after: { list: [c, a, b] },
    patch: [{ op: "add", path: "/list/0", value: c }],
  },
  {
    title: "an item put last",
    before: { list: [a, b] },
    after: { list: [a, b, c] },
    patch: [{ op: "add", path: "/list/2", value: c }],
  },
  {
    title: "items put into an empty list",
    before: { list: [] },
    after: { list: [a, b] },
    patch: [
      { op: "add", path: "/list/0", value: a },
      { op: "add", path: "/list/1", value: b },
    ],
  },
  {
    title: "an item removed",
    before: { list: [a, b, c] },
    after: { list: [b, c] },
    patch: [{ op: "remove", path: "/list/0" }],
  },
  {
    title: "several items removed, from the back",
    before: { list: [a, b, c] },
    after: { list: [b] },
    patch: [
      { op: "remove", path: "/list/2" },
      { op: "remove", path: "/list/0" },
    ],
  },
  {
    title: "every item removed",
    before: { list: [a, b] },
    after: { list: [] },
    patch: [{ op: "replace", path: "/list", value: [] }],
  },
  {
    title: "the last item moved first",
    before: { list: [a, b, c] },
    after: { list: [c, a, b] },
    patch: [
      { op: "remove", path: "/list/2" },
      { op: "add", path: "/list/0", value: c },
    ],
  },
  {
    title: "the first item moved last",
    before: { list: [a, b, c] },
    after: { list: [b, c, a] },
    patch: [
      { op: "remove", path: "/list/0" },
      { op: "add", path: "/list/2", value: a },
    ],
  },
  {
    title: "an item changed where it stands after an insertion",
    before: { list: [a, b] },
    after: { list: [c, a, { ...b, image: "b:2" }] },
    patch: [
      { op: "add", path: "/list/0", value: c },
      { op: "replace", path: "/list/2/image", value: "b:2" },
    ],
  },
  {
    title: "names that occur twice are no names",
    before: { mounts: [a, { ...a, image: "a:2" }] },
    after: { mounts: [a, { ...a, image: "a:3" }] },
    patch: [{ op: "replace", path: "/mounts/1/image", value: "a:3" }],
  },
  {
    title: "a nameless list of the same length is patched by position",
    before: { args: ["-c", "one", { deep: [1, 2] }] },
    after: { args: ["-c", "two", { deep: [1, 3] }] },
    patch: [
      { op: "replace", path: "/args/2/deep/1", value: 3 },
      { op: "replace", path: "/args/1", value: "two" },
    ],
  },
  {
    title: "a nameless list of another length is replaced",
    before: { args: ["one"] },
    after: { args: ["zero", "one"] },
    patch: [{ op: "replace", path: "/args", value: ["zero", "one"] }],
  },
];

describe("createPatch", () => {
  for (const { title, before, after, patch } of [...objects, ...lists]) {
    it(title, () => {
      assert.deepEqual(createPatch(before, after), patch);
    });
  }

  it("does not look into parts that are shared by reference", () => {
    const shared = new Proxy([{ name: "a" }], {
      get: () => assert.fail("a shared part was read"),
      ownKeys: () => assert.fail("a shared part was listed"),
    });
    assert.deepEqual(createPatch({ shared, x: 1 }, { shared, x: 2 }), [{ op: "replace", path: "/x", value: 2 }]);
  });
});
