/** What routes are refused for, each with its place; and that nothing of a refused one is left. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { readObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import type { RouteRecord } from "../../../../src/control-plane/model/routes/route-record.ts";
import type { JsonObject } from "../../../../src/json-value.ts";

interface Read {
  readonly route: RouteRecord;
  readonly problems: readonly string[];
}

const parentRefs = [{ group: "", kind: "Service", name: "web" }];
const web = { name: "web", port: 80 };

function read(kind: "httpRoute" | "grpcRoute", spec: unknown): Read {
  const { object, problems } = readObject(kind, "shop/route", { metadata: { name: "route", namespace: "shop" }, spec });
  return {
    route: object as RouteRecord,
    problems: problems.map(({ path, message }) => `${path}: ${message}`),
  };
}

const http = (rule: object): Read => read("httpRoute", { parentRefs, rules: [rule] });
const grpc = (rule: object): Read => read("grpcRoute", { parentRefs, rules: [rule] });
const path = (match: object): object => ({ matches: [{ path: match }] });
const filter = (type: string, name: string, settings: unknown): object => ({ filters: [{ type, [name]: settings }] });
const rewrite = (settings: unknown): object => filter("URLRewrite", "urlRewrite", settings);
const redirect = (settings: unknown): object => filter("RequestRedirect", "requestRedirect", settings);
const headers = (settings: unknown): object => filter("RequestHeaderModifier", "requestHeaderModifier", settings);
const mirror = (settings: unknown): object => filter("RequestMirror", "requestMirror", settings);
const cors = (settings: unknown): object => filter("CORS", "cors", settings);
const named = (value: string): object => ({ name: "x-a", value });

/** Rule → where it is wrong, below `spec.rules[0]`. */
const refusedRules: readonly (readonly [string, object, string])[] = [
  ["an unknown field", { match: [] }, ""],
  ["a path that is relative", path({ value: "cart" }), ".matches[0].path.value"],
  ["a path with two slashes", path({ value: "/a//b" }), ".matches[0].path.value"],
  ["a path that goes up", path({ value: "/a/.." }), ".matches[0].path.value"],
  ["a path with an escaped slash", path({ value: "/a%2Fb" }), ".matches[0].path.value"],
  ["a path with a query", path({ value: "/a?b" }), ".matches[0].path.value"],
  ["an unknown type of path", path({ type: "Glob", value: "/*" }), ".matches[0].path.type"],
  ["an expression that Envoy refuses", path({ type: "RegularExpression", value: "/(?=a)" }), ".matches[0].path.value"],
  ["a method in lower case", { matches: [{ method: "get" }] }, ".matches[0].method"],
  ["a header without value", { matches: [{ headers: [{ name: "x-a" }] }] }, ".matches[0].headers[0]"],
  [
    "a header of HTTP/2's own",
    { matches: [{ headers: [{ name: ":path", value: "/" }] }] },
    ".matches[0].headers[0].name",
  ],
  [
    "an unknown type of match",
    { matches: [{ queryParams: [{ type: "Glob", ...named("x") }] }] },
    ".matches[0].queryParams[0].type",
  ],
  ["an unknown filter", filter("Teapot", "teapot", {}), ".filters[0].type"],
  ["a filter that the API has and the mesh hasn't", filter("ExternalAuth", "externalAuth", {}), ".filters[0].type"],
  ["a filter without settings", { filters: [{ type: "CORS" }] }, ".filters[0]"],
  ["settings of another filter", { filters: [{ type: "CORS", cors: {}, urlRewrite: {} }] }, ".filters[0]"],
  [
    "a header that is set and added",
    headers({ set: [named("1")], add: [named("2")] }),
    ".filters[0].requestHeaderModifier",
  ],
  [
    "a header that is set twice, in another case",
    headers({ set: [named("1"), { name: "X-A", value: "2" }] }),
    ".filters[0].requestHeaderModifier",
  ],
  ["a host", headers({ set: [{ name: "Host", value: "example.org" }] }), ".filters[0].requestHeaderModifier"],
  [
    "a host in a response",
    { filters: [{ type: "ResponseHeaderModifier", responseHeaderModifier: { remove: ["host"] } }] },
    ".filters[0].responseHeaderModifier",
  ],
  ["half a character", headers({ set: [named("\ud800")] }), ".filters[0].requestHeaderModifier.set[0].value"],
  ["a header of two lines", headers({ set: [named("a\nb")] }), ".filters[0].requestHeaderModifier.set[0].value"],
  ["a host name with a port", rewrite({ hostname: "example.org:80" }), ".filters[0].urlRewrite.hostname"],
  ["a host name in upper case", redirect({ hostname: "Example.org" }), ".filters[0].requestRedirect.hostname"],
  ["an unknown status code", redirect({ statusCode: 418 }), ".filters[0].requestRedirect.statusCode"],
  ["an unknown scheme", redirect({ scheme: "gopher" }), ".filters[0].requestRedirect.scheme"],
  ["a new path without type", rewrite({ path: { replaceFullPath: "/" } }), ".filters[0].urlRewrite.path"],
  [
    "a new path of another type",
    rewrite({ path: { type: "ReplaceFullPath", replacePrefixMatch: "/" } }),
    ".filters[0].urlRewrite.path.replacePrefixMatch",
  ],
  [
    "a new path with a query",
    rewrite({ path: { type: "ReplaceFullPath", replaceFullPath: "/?a" } }),
    ".filters[0].urlRewrite.path.replaceFullPath",
  ],
  [
    "a prefix to replace, and two matches",
    {
      matches: [{}, { path: { value: "/a" } }],
      ...rewrite({ path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/b" } }),
    },
    "",
  ],
  [
    "a prefix to replace, and an exact match",
    {
      matches: [{ path: { type: "Exact", value: "/a" } }],
      ...redirect({ path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/b" } }),
    },
    "",
  ],
  [
    "a mirror with percent and fraction",
    mirror({ backendRef: web, percent: 1, fraction: { numerator: 1 } }),
    ".filters[0].requestMirror",
  ],
  [
    "a mirror of more than all",
    mirror({ backendRef: web, fraction: { numerator: 2, denominator: 1 } }),
    ".filters[0].requestMirror.fraction",
  ],
  [
    "a mirror of more than all in percent",
    mirror({ backendRef: web, percent: 101 }),
    ".filters[0].requestMirror.percent",
  ],
  ["a mirror to nowhere", mirror({}), ".filters[0].requestMirror.backendRef"],
  ["an origin without scheme", cors({ allowOrigins: ["example.org"] }), ".filters[0].cors.allowOrigins[0]"],
  ["a wildcard beside others", cors({ allowMethods: ["*", "GET"] }), ".filters[0].cors.allowMethods"],
  ["an age of nothing", cors({ maxAge: 0 }), ".filters[0].cors.maxAge"],
  ["a backend without name", { backendRefs: [{ port: 80 }] }, ".backendRefs[0]"],
  ["a weight below nothing", { backendRefs: [{ ...web, weight: -1 }] }, ".backendRefs[0].weight"],
  ["a port that is none", { backendRefs: [{ name: "web", port: 0 }] }, ".backendRefs[0].port"],
  [
    "a rewrite on a backend",
    { backendRefs: [{ ...web, filters: [{ type: "URLRewrite", urlRewrite: {} }] }] },
    ".backendRefs[0].filters[0].type",
  ],
  ["a duration in words", { timeouts: { request: "ten seconds" } }, ".timeouts.request"],
  ["a duration with a fraction", { timeouts: { request: "1.5s" } }, ".timeouts.request"],
  ["an attempt that is longer than all", { timeouts: { request: "1s", backendRequest: "2s" } }, ".timeouts"],
  ["no attempts", { retry: { attempts: 0 } }, ".retry.attempts"],
  ["a code that is no failure", { retry: { codes: [200] } }, ".retry.codes[0]"],
  [
    "a permanent cookie without end",
    { sessionPersistence: { cookieConfig: { lifetimeType: "Permanent" } } },
    ".sessionPersistence",
  ],
  [
    "a cookie for a header",
    { sessionPersistence: { type: "Header", cookieConfig: {} } },
    ".sessionPersistence.cookieConfig",
  ],
  [
    "an end of a header's session",
    { sessionPersistence: { type: "Header", absoluteTimeout: "1h" } },
    ".sessionPersistence.absoluteTimeout",
  ],
  [
    "a header's session at one of several backends",
    {
      sessionPersistence: { type: "Header" },
      backendRefs: [
        { name: "one", port: 80 },
        { name: "two", port: 80 },
      ],
    },
    ".sessionPersistence.type",
  ],
  ["an end of idle sessions", { sessionPersistence: { idleTimeout: "1h" } }, ".sessionPersistence"],
];

const refusedCalls: readonly (readonly [string, object, string])[] = [
  ["a method of nothing", { matches: [{ method: {} }] }, ".matches[0].method"],
  ["a service with a slash", { matches: [{ method: { service: "a/b" } }] }, ".matches[0].method.service"],
  ["timeouts, which the API does not have", { timeouts: { request: "1s" } }, ""],
  ["a redirect", redirect({}), ".filters[0].type"],
];

suite("routes that are refused", () => {
  for (const [cases, readRule] of [
    [refusedRules, http],
    [refusedCalls, grpc],
  ] as const) {
    for (const [what, rule, place] of cases) {
      test(what, () => {
        const { route, problems } = readRule(rule);
        assert.deepEqual([route.refusal, route.rules], ["UnsupportedValue", []]);
        assert.deepEqual(
          problems.map((problem) => problem.split(": ")[0]),
          [`spec.rules[0]${place}`],
        );
      });
    }
  }

  const incompatible: readonly (readonly [string, object])[] = [
    [
      "a redirect and a rewrite",
      {
        filters: [
          { type: "RequestRedirect", requestRedirect: {} },
          { type: "URLRewrite", urlRewrite: {} },
        ],
      },
    ],
    ["a redirect and backends", { ...redirect({}), backendRefs: [web] }],
    [
      "two filters of one type",
      {
        filters: [
          { type: "CORS", cors: {} },
          { type: "CORS", cors: {} },
        ],
      },
    ],
  ];
  for (const [what, rule] of incompatible) {
    test(what, () => {
      const { route } = http(rule);
      assert.deepEqual([route.refusal, route.rules], ["IncompatibleFilters", []]);
    });
  }

  test("one bad rule takes the good ones with it, the parents stay", () => {
    const rules = [{ backendRefs: [web] }, { backendRefs: [{ ...web, weight: "1" }] }];
    const { route } = read("httpRoute", { parentRefs, rules });
    assert.deepEqual([route.refusal, route.rules, route.parents.length], ["UnsupportedValue", [], 1]);
  });

  test("two rules of one name", () => {
    const { problems } = read("httpRoute", { parentRefs, rules: [{ name: "a" }, { name: "a" }] });
    assert.deepEqual(problems, ["spec.rules[1].name: the name a is another rule's already"]);
  });

  test("what is wrong with a parent", () => {
    const { route, problems } = read("httpRoute", { parentRefs: [{ ...parentRefs[0], port: 70_000 }], rules: [] });
    assert.equal(route.refusal, "UnsupportedValue");
    assert.deepEqual(problems, ["spec.parentRefs[0].port: 70000 is not a port"]);
  });
});

suite("routes that are read", () => {
  test("hostnames are nobody's business, and gateways are others'", () => {
    const spec = {
      parentRefs: [...parentRefs, { name: "gateway" }],
      hostnames: ["example.org"],
      useDefaultGateways: "All",
      rules: [{}],
    };
    const { route, problems } = read("httpRoute", spec);
    assert.deepEqual([route.refusal, problems, route.parents.length], [undefined, [], 1]);
  });

  test("each rule's session has a name of its own that tells nothing", () => {
    const { route } = read("httpRoute", {
      parentRefs,
      rules: [{ sessionPersistence: {} }, { sessionPersistence: {} }],
    });
    const names = route.rules.map(({ sessionPersistence }) => sessionPersistence?.name ?? "");
    assert.equal(new Set(names).size, 2);
    for (const name of names) assert.match(name, /^session-[0-9a-f]{10}$/);
  });

  test("whatever stands in them, they are read without an exception, and wholly or not at all", () => {
    const words = [
      "parentRefs",
      "rules",
      "matches",
      "filters",
      "backendRefs",
      "path",
      "type",
      "value",
      "name",
      "weight",
      "port",
      "method",
      "timeouts",
      "retry",
      "cors",
      "percent",
    ];
    const json = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.constantFrom<unknown[]>(null, 1, -1, "", "Service", "Exact", "/a", true, "RequestMirror", "CORS"),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...words), tie("value"), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, fc.constantFrom("httpRoute" as const, "grpcRoute" as const), (spec, kind) => {
        const { route, problems } = read(kind, spec);
        assert.equal(route.refusal === undefined, problems.length === 0);
        if (route.refusal !== undefined) assert.deepEqual(route.rules, []);
      }),
      { numRuns: 500 },
    );
  });

  test("a ReferenceGrant for other things grants nothing", () => {
    const spec = {
      from: [
        { group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "shop" },
        { group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "shop" },
        { group: "", kind: "HTTPRoute", namespace: "shop" },
      ],
      to: [
        { group: "", kind: "Secret" },
        { group: "", kind: "Service", name: 1 },
        { group: "", kind: "Service", name: "web" },
      ],
    };
    const object: JsonObject = { metadata: { name: "grant", namespace: "bank" }, spec };
    const { object: grant } = readObject("referenceGrant", "bank/grant", object);
    assert.deepEqual(grant, {
      namespace: "bank",
      name: "grant",
      from: [{ kind: "HTTPRoute", namespace: "shop" }],
      services: ["web"],
    });
  });
});
