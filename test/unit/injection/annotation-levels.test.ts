/**
 * Every annotation: its visible effect, and which of pod, namespace, mesh config and built-in default has its say.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseSetting, settingNames, validateDefaults } from "../../../src/injection/annotations/registry.ts";
import { settings } from "../../../src/injection/annotations/registry.ts";
import { inject, namespaceWith } from "../../injected-pods.ts";
import { contextFor, podFor, visibleEffects } from "./visible-effects.ts";

for (const name of settingNames) {
  const effect = visibleEffects[name];
  const { look, builtIn, seen } = effect;
  const key = `outrigger.dev/${name}`;

  suite(name, () => {
    test("the built-in default parses and is what is seen", () => {
      assert.ok(parseSetting(name, settings[name].builtIn, name).ok);
      assert.deepEqual(look(inject(podFor(effect, {}), contextFor(effect)).pod), builtIn);
    });

    for (const [text, expected] of seen) {
      test(`${JSON.stringify(text)} is seen in the pod, from each level`, () => {
        const byPod = inject(podFor(effect, { [key]: text }), contextFor(effect));
        const byNamespace = inject(podFor(effect, {}), contextFor(effect), namespaceWith({ [key]: text }));
        const byConfig = inject(podFor(effect, {}), contextFor(effect, { [name]: text }));
        for (const { pod } of [byPod, byNamespace, byConfig]) assert.deepEqual(look(pod), expected);
        const originOf = ({ origins }: typeof byPod): unknown => origins.find(({ setting }) => setting === name);
        assert.deepEqual(originOf(byPod), { setting: name, value: text, origin: `pod annotation ${key}` });
        assert.deepEqual(originOf(byNamespace), { setting: name, value: text, origin: `namespace annotation ${key}` });
        assert.deepEqual(originOf(byConfig), { setting: name, value: text, origin: "mesh config" });
      });
    }

    test("the pod wins over the namespace, the namespace over the mesh config", () => {
      const [[one, seenOne] = ["", undefined], [other, seenOther] = ["", undefined]] = seen;
      for (const [[high, expected], [low]] of [
        [[one, seenOne], [other]],
        [[other, seenOther], [one]],
      ] as const) {
        const pod = podFor(effect, { [key]: high });
        assert.deepEqual(look(inject(pod, contextFor(effect), namespaceWith({ [key]: low })).pod), expected);
        const context = contextFor(effect, { [name]: low });
        assert.deepEqual(look(inject(podFor(effect, {}), context, namespaceWith({ [key]: high })).pod), expected);
        assert.deepEqual(look(inject(pod, context).pod), expected);
      }
    });
  });
}

test("the names of Object's own properties are no annotations", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    const effect = visibleEffects["proxy-image"];
    const pod = podFor(effect, { [`outrigger.dev/${name}`]: "x" });
    assert.equal(visibleEffects["proxy-image"].look(inject(pod).pod), effect.builtIn);
    const defaults = JSON.parse(`{"${name}": "x"}`) as Record<string, string>;
    assert.equal(validateDefaults(defaults, "proxy.defaults")[0]?.message, `"${name}" is not a setting`);
  }
});

test("a mesh config whose request is above its limit, or above the built-in default, is bad", () => {
  const problemsOf = (defaults: Readonly<Record<string, string>>): readonly string[] =>
    validateDefaults(defaults, "proxy.defaults").map(({ path, message }) => `${path}: ${message}`);
  assert.deepEqual(problemsOf({ "proxy-cpu-request": "2", "proxy-cpu-limit": "1" }), [
    "proxy.defaults.proxy-cpu-limit: the cpu request 2 is above the limit 1",
  ]);
  assert.deepEqual(problemsOf({ "proxy-memory-limit": "32Mi" }), [
    "proxy.defaults.proxy-memory-limit: the memory request 64Mi is above the limit 32Mi",
  ]);
  assert.deepEqual(problemsOf({ "proxy-memory-limit": "64Mi", "proxy-cpu-request": "" }), []);
});
