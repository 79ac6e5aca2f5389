import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { defaultMeshConfig } from "../../../src/config/defaults.ts";
import type { ValidateDefaults } from "../../../src/config/check-meaning.ts";
import { parseMeshConfig } from "../../../src/config/load.ts";
import type { MeshConfig } from "../../../src/config/schema.ts";
import type { Problem } from "../../../src/problem.ts";

const acceptAll = (): readonly Problem[] => [];

function parse(text: string): MeshConfig {
  const result = parseMeshConfig(text, acceptAll);
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.problems, null, 2));
  return result.value;
}

function problemsOf(text: string, validateDefaults: ValidateDefaults = acceptAll): readonly Problem[] {
  const result = parseMeshConfig(text, validateDefaults);
  return result.ok ? [] : result.problems;
}

describe("a file that leaves things out", () => {
  test("an empty file is the default config", () => {
    assert.deepEqual(parse(""), defaultMeshConfig);
    assert.deepEqual(parse("# nothing but a comment\n"), defaultMeshConfig);
  });

  test("a section keeps the defaults of the keys it leaves out", () => {
    const config = parse("controlPlane: {port: 1234}");
    assert.deepEqual(config.controlPlane, { ...defaultMeshConfig.controlPlane, port: 1234 });
  });

  test("a section whose keys are all commented out keeps its defaults", () => {
    assert.deepEqual(parse("proxy:\n  # initImage: x\ninjection:\n"), defaultMeshConfig);
  });

  test("lists replace, they are not joined", () => {
    assert.deepEqual(parse("injection: {systemNamespaces: [a, b]}").injection.systemNamespaces, ["a", "b"]);
  });

  test("the defaults themselves are not modified", () => {
    const before = structuredClone(defaultMeshConfig);
    parse("proxy: {defaults: {x: y}}\noverlays: {a: {spec: {}}}");
    assert.deepEqual(defaultMeshConfig, before);
  });
});

describe("what is wrong is told with its path, its value and what is allowed", () => {
  const cases: readonly (readonly [name: string, text: string, problem: Problem])[] = [
    [
      "a word that is not allowed",
      "mode: mash",
      { path: "mode", message: '"mash" is not allowed here', hint: "did you mean mesh? write standalone or mesh" },
    ],
    ["a key without a value", "mode:", { path: "mode", message: "has no value", hint: "write standalone or mesh" }],
    [
      "an unknown key near a known one",
      "failureMod: allow",
      { path: "failureMod", message: '"failureMod" is not a known key', hint: "did you mean failureMode?" },
    ],
    [
      "an unknown key far from all",
      "compatibility: {linkerd: true}",
      { path: "compatibility.linkerd", message: '"linkerd" is not a known key', hint: "known here: istio" },
    ],
    [
      "a key named like a prototype's",
      "compatibility: {__proto__: {istio: true}}",
      { path: "compatibility.__proto__", message: '"__proto__" is not a known key', hint: "known here: istio" },
    ],
    [
      "a number out of range",
      "controlPlane: {port: 70000}",
      {
        path: "controlPlane.port",
        message: "70000 is not allowed here",
        hint: "write a whole number from 1 to 65535",
      },
    ],
    [
      "a number where text belongs",
      "proxy: {defaults: {proxy-concurrency: 2}}",
      { path: "proxy.defaults.proxy-concurrency", message: "2 is a number, not text", hint: 'put it in quotes: "2"' },
    ],
    [
      "text where true or false belongs",
      'compatibility: {istio: "yes"}',
      { path: "compatibility.istio", message: '"yes" is not allowed here', hint: "write true or false" },
    ],
    [
      "what is no IP range",
      "mesh: {ranges: [10.0.0.0/8, 10.0.0.0/40]}",
      {
        path: "mesh.ranges[1]",
        message: '"10.0.0.0/40" is not an IP range',
        hint: "write a range in CIDR notation, e.g. 203.0.113.0/24 or 2001:db8::/32",
      },
    ],
    [
      "empty text",
      'proxy: {initImage: ""}',
      { path: "proxy.initImage", message: "is empty", hint: "write text, or leave the key out" },
    ],
    [
      "text of the wrong form",
      "trustDomain: Cluster.Local",
      {
        path: "trustDomain",
        message: '"Cluster.Local" does not have the right form',
        hint: "write text such as cluster.local",
      },
    ],
    [
      "a map where a list belongs",
      "injection: {neverInject: {matchLabels: {a: b}}}",
      {
        path: "injection.neverInject",
        message: '{"matchLabels":{"a":"b"}} is not allowed here',
        hint: "write a list of label selectors",
      },
    ],
    [
      "an item deep in a list",
      "injection: {neverInject: [{matchExpressions: [{key: a, operator: Is}]}]}",
      {
        path: "injection.neverInject[0].matchExpressions[0].operator",
        message: '"Is" is not allowed here',
        hint: "did you mean In? write In or NotIn or Exists or DoesNotExist",
      },
    ],
    [
      "a required key of a map that has no default",
      "tracing: {host: collector}",
      { path: "tracing.port", message: "is missing", hint: "write a whole number from 1 to 65535" },
    ],
    [
      "an item that stands there twice",
      "ipFamilies: [IPv4, IPv4]",
      { path: "ipFamilies[1]", message: '"IPv4" stands there twice', hint: "remove one" },
    ],
    [
      "an empty list that must not be",
      "ipFamilies: []",
      { path: "ipFamilies", message: "is an empty list", hint: "write a list of IPv4 or IPv6" },
    ],
    [
      "a selector of everything",
      "injection: {alwaysInject: [{}]}",
      {
        path: "injection.alwaysInject[0]",
        message: "is an empty selector, which selects every pod",
        hint: "name a label, or set injection.defaultPolicy for all pods",
      },
    ],
    [
      "an operator without its values",
      "injection: {neverInject: [{matchExpressions: [{key: a, operator: In}]}]}",
      {
        path: "injection.neverInject[0].matchExpressions[0].values",
        message: "In needs at least one value",
        hint: "write a list of label values",
      },
    ],
    [
      "an operator with values it does not take",
      "injection: {neverInject: [{matchExpressions: [{key: a, operator: Exists, values: [b]}]}]}",
      {
        path: "injection.neverInject[0].matchExpressions[0].values",
        message: "Exists takes no values",
        hint: "remove the values, or write In or NotIn",
      },
    ],
    [
      "a storage request above the limit",
      "proxy: {ephemeralStorageRequest: 1Gi, ephemeralStorageLimit: 500Mi}",
      {
        path: "proxy.ephemeralStorageRequest",
        message: 'the request "1Gi" is greater than the limit "500Mi"',
        hint: "lower the request or raise proxy.ephemeralStorageLimit",
      },
    ],
    [
      "a default overlay that does not exist",
      'proxy: {defaults: {overlays: "debug, hihg"}}\noverlays: {debug: {spec: {}}, high: {spec: {}}}',
      {
        path: "proxy.defaults.overlays",
        message: 'there is no overlay "hihg"',
        hint: "defined overlays: debug, high",
      },
    ],
    [
      "an overlay that is no map",
      "overlays: {debug: [1]}",
      {
        path: "overlays.debug",
        message: "[1] is no part of a Pod",
        hint: "write a partial Pod: a map with metadata or spec",
      },
    ],
    [
      "an overlay with a misplaced key",
      "overlays: {debug: {sepc: {}}}",
      { path: "overlays.debug.sepc", message: '"sepc" is not a key of a Pod', hint: "did you mean spec?" },
    ],
    [
      "an overlay's container without a name",
      "overlays: {debug: {spec: {containers: [{image: x}]}}}",
      {
        path: "overlays.debug.spec.containers[0]",
        message: "the item has no name, by which items of this list are matched",
        hint: "give it a name",
      },
    ],
    [
      "an overlay with a label that is no text",
      "overlays: {debug: {metadata: {labels: {debug: true}}}}",
      { path: "overlays.debug.metadata.labels.debug", message: "true is not text", hint: "put it in quotes" },
    ],
    [
      "an overlay with a list where a Pod has none",
      "overlays: {debug: {metadata: {annotations: [a]}}}",
      {
        path: "overlays.debug.metadata.annotations",
        message: '["a"] is not a map',
        hint: "write keys with their values",
      },
    ],
    [
      "an overlay whose name no annotation can hold",
      'overlays: {"a,b": {spec: {}}}',
      {
        path: 'overlays["a,b"]',
        message: "\"a,b\" can't be an overlay's name",
        hint: "use lower-case letters, digits, - and .",
      },
    ],
    [
      "a document that is no map",
      "- mode: mesh",
      {
        path: "(document)",
        message: '[{"mode":"mesh"}] is not allowed here',
        hint: `write a map with ${Object.keys(defaultMeshConfig).join(", ")}`,
      },
    ],
  ];
  for (const [name, text, problem] of cases) {
    test(name, () => {
      assert.deepEqual(problemsOf(text), [problem]);
    });
  }

  test("a whole-list directive of an overlay needs no name", () => {
    parse("overlays: {plain: {spec: {volumes: [{$patch: replace}, {name: a, emptyDir: {}}]}}}");
  });
});

describe("everything that is wrong is told at once", () => {
  test("problems of the shape and of the meaning, in several sections", () => {
    const refuseAll = (_: unknown, path: string): readonly Problem[] => [{ path, message: "no", hint: "none" }];
    const text =
      "mode: x\ncontrolPlane: {port: 0, hots: a}\ninjection: {neverInject: [{}], defaultPolicy: 1}\noverlays: {a: 1}";
    assert.deepEqual(
      problemsOf(text, refuseAll).map(({ path }) => path),
      [
        "mode",
        "controlPlane.port",
        "controlPlane.hots",
        "injection.defaultPolicy",
        "injection.neverInject[0]",
        "proxy.defaults",
        "overlays.a",
      ],
    );
  });

  test("the annotations' own check gets the defaults and their path", () => {
    const seen: unknown[] = [];
    parseMeshConfig('proxy: {defaults: {drain-seconds: "7"}}', (defaults, path) => {
      seen.push(defaults, path);
      return [];
    });
    assert.deepEqual(seen, [{ "drain-seconds": "7" }, "proxy.defaults"]);
  });

  test("what is misshapen is not given to the annotations' own check", () => {
    const problems = problemsOf("proxy: {defaults: [1]}", () => assert.fail("called"));
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["proxy.defaults"],
    );
  });
});

describe("YAML that can't be a config", () => {
  const cases: readonly (readonly [name: string, text: string, path: string, message: RegExp])[] = [
    ["a repeated key", "mode: mesh\nmode: standalone\n", "line 2, column 1", /keys must be unique/],
    ["a tab", "proxy:\n\tinitImage: x", "line 2, column 1", /Tabs are not allowed/],
    ["two documents", "mode: mesh\n---\nmode: mesh\n", "line 2, column 1", /^Source contains multiple documents$/],
    ["an unknown tag", "mode: !secret x", "line 1, column 7", /Unresolved tag/],
    ["an alias without its anchor", "mode: *x", "(document)", /Unresolved alias/],
    ["a number that is none", "controlPlane: {port: .nan}", "(document)", /NaN/],
    ["nesting without end", `overlays: ${"{a: ".repeat(200)}1${"}".repeat(200)}`, "(document)", /levels deep/],
    [
      "an alias bomb",
      'a: &a ["x","x"]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n',
      "(document)",
      /Excessive alias count/,
    ],
  ];
  for (const [name, text, path, message] of cases) {
    test(name, () => {
      const [first] = problemsOf(text);
      assert.equal(first?.path, path);
      assert.match(first.message, message);
    });
  }

  test("one slip does not make a page of problems", () => {
    const problems = problemsOf("[".repeat(100_000));
    assert.ok(problems.length > 0 && problems.length <= 10);
  });

  test("any text is answered", () => {
    const line = fc.oneof(fc.string(), fc.constantFrom("mode: mesh", "proxy:", "  defaults: {a: b}", "overlays: *a"));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const result = parseMeshConfig(lines.join("\n"), acceptAll);
        assert.ok(result.ok || result.problems.length > 0);
      }),
    );
  });
});
