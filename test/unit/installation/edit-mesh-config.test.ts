import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { chooseMeshConfig } from "../../../src/installation/choose-mesh-config.ts";
import { editMeshConfig } from "../../../src/installation/edit-mesh-config.ts";
import { shippedMeshConfig } from "../../../src/installation/render-installation.ts";

test("fields are set, comments and the rest stay", () => {
  const text = "# ours\nmode: standalone # for now\nuserErrors: deny\n";
  assert.equal(editMeshConfig(text, ["mode=mesh"]), "# ours\nmode: mesh # for now\nuserErrors: deny\n");
  assert.equal(editMeshConfig(text, []), text);
});

const values: readonly (readonly [string, unknown])[] = [
  ["tracing={host: collector, port: 4317}", { tracing: { host: "collector", port: 4317 } }],
  ["compatibility.istio=true", { compatibility: { istio: true } }],
  ["injection.systemNamespaces=[a, b]", { injection: { systemNamespaces: ["a", "b"] } }],
  // Annotations are text, whatever they look like.
  ["proxy.defaults.proxy-concurrency=4", { proxy: { defaults: { "proxy-concurrency": "4" } } }],
  [
    "proxy.defaults.exclude-outbound-ports=5432,6379",
    { proxy: { defaults: { "exclude-outbound-ports": "5432,6379" } } },
  ],
  ["proxy.initImage=registry.example/init:1=x", { proxy: { initImage: "registry.example/init:1=x" } }],
];

for (const [assignment, expected] of values) {
  test(`--set ${assignment}`, () => {
    assert.deepEqual(parse(editMeshConfig("", [assignment])), expected);
  });
}

for (const assignment of ["mode", "=x", "a..b=1", ".a=1", "mode.deep=1", "tracing={a: ["]) {
  test(`--set ${assignment} is a usage error`, () => {
    assert.throws(() => editMeshConfig("mode: mesh\n", [assignment]), { code: "OUTRIGGER_USAGE" });
  });
}

test("a text that is no map cannot be edited", () => {
  for (const text of ["- a\n", "a: [", "text"]) {
    assert.throws(() => editMeshConfig(text, ["mode=mesh"]), { code: "OUTRIGGER_CONFIG_INVALID" });
  }
});

test("what is given comes before what the cluster has, and that before what is shipped", () => {
  const [given, live] = ["userErrors: warn\n", "failureMode: deny\n"];
  assert.equal(chooseMeshConfig({ given, live, assignments: [] }), given);
  assert.equal(chooseMeshConfig({ given: undefined, live, assignments: [] }), live);
  assert.equal(chooseMeshConfig({ given: undefined, live: undefined, assignments: [] }), shippedMeshConfig());
  assert.equal(
    chooseMeshConfig({ given: undefined, live, assignments: ["failureMode=allow"] }),
    "failureMode: allow\n",
  );
});

test("a config that this version does not take is refused, with every problem", () => {
  const live = "mdoe: mesh\nuserErrors: never\n";
  assert.throws(
    () => chooseMeshConfig({ given: undefined, live, assignments: [] }),
    (error: Error) => {
      assert.match(error.message, /ConfigMap outrigger-config\n.*userErrors.*\n.*mdoe/);
      return true;
    },
  );
});
