import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { RequestFacts } from "../../../../src/control-plane/model/routes/match-request.ts";
import { matchRequest, mismatch } from "../../../../src/control-plane/model/routes/match-request.ts";
import type { RequestMatch, RouteRule } from "../../../../src/control-plane/model/route.ts";

const anything: RequestMatch = {
  path: { kind: "prefix", value: "/" },
  method: undefined,
  headers: [],
  queryParams: [],
};
const get: RequestFacts = { method: "GET", path: "/cart/items", headers: [], query: [] };

const path = (kind: RequestMatch["path"]["kind"], value: string): RequestMatch => ({
  ...anything,
  path: { kind, value },
});
const tier = (kind: "exact" | "regex", value: string): RequestMatch => ({
  ...anything,
  headers: [{ kind, name: "x-tier", value }],
});
const debug = (kind: "exact" | "regex", value: string): RequestMatch => ({
  ...anything,
  queryParams: [{ kind, name: "debug", value }],
});
const withTiers = (...values: readonly string[]): RequestFacts => ({
  ...get,
  headers: values.map((value) => ({ name: "x-tier", value })),
});

/** Undefined: it matches. */
const table: readonly (readonly [string, RequestMatch, RequestFacts, string | undefined])[] = [
  ["anything", anything, get, undefined],
  ["the very path", path("exact", "/cart/items"), get, undefined],
  ["another path", path("exact", "/cart"), get, "the path is not /cart"],
  ["a prefix by whole segments", path("prefix", "/cart"), get, undefined],
  ["the prefix itself", path("prefix", "/cart"), { ...get, path: "/cart" }, undefined],
  ["the prefix with a slash", path("prefix", "/cart"), { ...get, path: "/cart/" }, undefined],
  [
    "a segment that only begins so",
    path("prefix", "/cart"),
    { ...get, path: "/carts" },
    "the path is not /cart or below",
  ],
  ["letter case of paths", path("prefix", "/Cart"), get, "the path is not /Cart or below"],
  ["an expression for the whole path", path("regex", "/cart/[a-z]+"), get, undefined],
  ["an expression for a part of it", path("regex", "/cart"), get, "the path is not of the form /cart"],
  ["another method", { ...anything, method: "POST" }, get, "the method is not POST"],
  ["a header", tier("exact", "gold"), withTiers("gold"), undefined],
  ["no such header", tier("exact", "gold"), get, "there is no header x-tier"],
  ["another value", tier("exact", "gold"), withTiers("silver"), 'the header x-tier is not "gold"'],
  ["a header that is there twice", tier("exact", "gold,silver"), withTiers("gold", "silver"), undefined],
  ["an expression for a header", tier("regex", "g.*"), withTiers("gold"), undefined],
  [
    "an expression for another one",
    tier("regex", "g.*"),
    withTiers("a gold"),
    "the header x-tier is not of the form g.*",
  ],
  ["a parameter", debug("exact", "1"), { ...get, query: [{ name: "debug", value: "1" }] }, undefined],
  [
    "the first of two parameters",
    debug("exact", "1"),
    { ...get, query: ["2", "1"].map((value) => ({ name: "debug", value })) },
    'the query parameter debug is not "1"',
  ],
  [
    "letter case of parameters",
    debug("exact", "1"),
    { ...get, query: [{ name: "Debug", value: "1" }] },
    "there is no query parameter debug",
  ],
];

suite("which rule takes a request", () => {
  for (const [what, match, request, expected] of table) {
    test(what, () => {
      assert.equal(mismatch(match, request), expected);
    });
  }

  test("the first that matches", () => {
    const ruleOf = (match: RequestMatch): RouteRule => ({ match }) as RouteRule;
    const rules = [path("exact", "/"), path("prefix", "/cart"), anything].map(ruleOf);
    assert.equal(matchRequest(rules, get), 1);
    assert.equal(matchRequest(rules.slice(0, 1), get), undefined);
  });
});
