/**
 * Typos and misplaced keys: told with what was meant, and nothing else is.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { settingNames } from "../../../src/injection/annotations/registry.ts";
import { injectPod } from "../../../src/injection/inject.ts";
import { contextWith, inject, namespaceWith, podWith } from "../../injected-pods.ts";

const byAnnotation = (key: string): readonly string[] => inject(podWith({ [key]: "x" })).warnings;
const byLabel = (key: string): readonly string[] => inject(podWith({}, {}, { [key]: "x" })).warnings;

suite("an unknown key of ours", () => {
  for (const [written, meant] of [
    ["proxy-cpu-limits", "proxy-cpu-limit"],
    ["proxyImage", "proxy-image"],
    ["Proxy-Image", "proxy-image"],
    ["proxy_image", "proxy-image"],
    ["exclude-outbound-port", "exclude-outbound-ports"],
    ["injct", "inject"],
    ["native-sidecars", "native-sidecar"],
    ["overlay", "overlays"],
  ] as const) {
    test(`${written}: did you mean ${meant}?`, () => {
      assert.deepEqual(byAnnotation(`outrigger.dev/${written}`), [
        `annotation outrigger.dev/${written} is unknown and has no effect; did you mean outrigger.dev/${meant}?`,
      ]);
    });
  }

  for (const written of ["", "something-else-entirely", "__proto__", "constructor"]) {
    test(`${JSON.stringify(written)} resembles nothing, which is told`, () => {
      assert.deepEqual(byAnnotation(`outrigger.dev/${written}`), [
        `annotation outrigger.dev/${written} is unknown and has no effect`,
      ]);
    });
  }

  test("of the namespace is told as the namespace's", () => {
    const { warnings } = inject(podWith(), contextWith(), namespaceWith({ "outrigger.dev/proxy-imgae": "x" }));
    assert.deepEqual(warnings, [
      "namespace annotation outrigger.dev/proxy-imgae is unknown and has no effect; did you mean outrigger.dev/proxy-image?",
    ]);
  });

  test("is told of a pod that is skipped, too: it may be why", () => {
    const pod = podWith({}, {}, { "outrigger.dev/injekt": "true" });
    const outcome = injectPod(pod, namespaceWith({}, {}), contextWith());
    assert.equal(outcome.result, "skipped");
    assert.match(outcome.warnings[0] ?? "", /did you mean outrigger.dev\/inject\?/);
  });
});

suite("a key in the wrong place has no effect there", () => {
  for (const name of settingNames) {
    test(`${name} as a label`, () => {
      assert.deepEqual(byLabel(`outrigger.dev/${name}`), [
        `label outrigger.dev/${name} has no effect there: it is an annotation of pods and namespaces`,
      ]);
    });
  }

  test("the namespace's label on a pod, and the pod's on a namespace", () => {
    assert.match(
      byLabel("outrigger.dev/injection")[0] ?? "",
      /^label outrigger.dev\/injection has no effect there: it is a label of namespaces$/,
    );
    assert.match(byAnnotation("outrigger.dev/injection")[0] ?? "", /has no effect there/);
    const labels = { "outrigger.dev/injection": "enabled", "outrigger.dev/inject": "true" };
    assert.match(
      inject(podWith(), contextWith(), namespaceWith({}, labels)).warnings[0] ?? "",
      /^namespace label outrigger.dev\/inject has no effect there: it is a label of pods$/,
    );
    const annotations = { "outrigger.dev/injection": "enabled" };
    assert.match(
      inject(podWith(), contextWith(), namespaceWith(annotations)).warnings[0] ?? "",
      /^namespace annotation outrigger.dev\/injection has no effect there/,
    );
  });
});

suite("a misspelt domain", () => {
  for (const domain of [
    "outriger.dev",
    "outrigger.io",
    "outrigger.dv",
    "outrigger-dev",
    "ourtigger.dev",
    "otrigger.dev",
  ]) {
    test(domain, () => {
      assert.deepEqual(byAnnotation(`${domain}/proxy-image`), [
        `annotation ${domain}/proxy-image is unknown and has no effect; did you mean outrigger.dev/proxy-image?`,
      ]);
    });
  }

  test("with a dot for the slash", () => {
    assert.match(byLabel("outrigger.dev.inject")[0] ?? "", /did you mean outrigger.dev\/inject\?/);
  });
});

suite("other people's keys are no business of ours", () => {
  for (const key of [
    "app",
    "inject",
    "linkerd.io/inject",
    "sidecar.istio.io/inject",
    "example.com/overlays",
    "outdoor.example/inject",
    "proxy-image",
    "kubernetes.io/inject",
    "prometheus.io/port",
  ]) {
    test(key, () => {
      assert.deepEqual([...byAnnotation(key), ...byLabel(key)], []);
    });
  }

  test("nor is a key that no API server accepts", () => {
    assert.deepEqual(byAnnotation(`outrigger.dev/${"x".repeat(1_000_000)}`), []);
  });
});
