/**
 * Istio's annotations as aliases of ours: off by default, ours win, and what has no counterpart is told.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { injectPod } from "../../../src/injection/inject.ts";
import {
  contextWith,
  flagOf,
  inject,
  namesOf,
  namespaceWith,
  ours,
  podWith,
  proxyOf,
  refuse,
} from "../../injected-pods.ts";

const istio = { compatibility: { istio: true } };
const compatible = contextWith(istio);
const originOf = (pod: object, setting: string, context = compatible): string | undefined =>
  inject(pod, context).origins.find((origin) => origin.setting === setting)?.origin;

/** Istio's annotation, a value, and the setting and value of ours that it stands for. */
const aliases: readonly (readonly [string, string, string, string])[] = [
  ["sidecar.istio.io/proxyImage", "envoy:v1", "proxy-image", "envoy:v1"],
  ["sidecar.istio.io/proxyCPU", "123m", "proxy-cpu-request", "123m"],
  ["sidecar.istio.io/proxyCPULimit", "2", "proxy-cpu-limit", "2"],
  ["sidecar.istio.io/proxyMemory", "99Mi", "proxy-memory-request", "99Mi"],
  ["sidecar.istio.io/proxyMemoryLimit", "1Gi", "proxy-memory-limit", "1Gi"],
  ["sidecar.istio.io/logLevel", "debug", "proxy-log-level", "debug"],
  ["sidecar.istio.io/interceptionMode", "TPROXY", "interception-mode", "tproxy"],
  ["sidecar.istio.io/interceptionMode", "REDIRECT", "interception-mode", "redirect"],
  ["sidecar.istio.io/interceptionMode", "NONE", "interception-mode", "none"],
  ["sidecar.istio.io/rewriteAppHTTPProbers", "false", "rewrite-probes", "false"],
  ["sidecar.istio.io/nativeSidecar", "false", "native-sidecar", "false"],
  ["traffic.sidecar.istio.io/includeInboundPorts", "80,81", "include-inbound-ports", "80,81"],
  ["traffic.sidecar.istio.io/excludeInboundPorts", "22", "exclude-inbound-ports", "22"],
  ["traffic.sidecar.istio.io/includeOutboundPorts", "443", "include-outbound-ports", "443"],
  ["traffic.sidecar.istio.io/excludeOutboundPorts", "25", "exclude-outbound-ports", "25"],
  ["traffic.sidecar.istio.io/includeOutboundIPRanges", "10.0.0.0/8", "include-outbound-cidrs", "10.0.0.0/8"],
  ["traffic.sidecar.istio.io/excludeOutboundIPRanges", "10.1.0.0/16", "exclude-outbound-cidrs", "10.1.0.0/16"],
  ["traffic.sidecar.istio.io/excludeInterfaces", "net1", "exclude-interfaces", "net1"],
];

suite("each alias", () => {
  for (const [key, text, setting, value] of aliases) {
    test(`${key}: ${text} is read as ${setting}, from pod and namespace`, () => {
      const read = inject(podWith({ [key]: text }), compatible);
      assert.deepEqual(
        read.origins.find((origin) => origin.setting === setting),
        {
          setting,
          value,
          origin: `pod annotation ${key}`,
        },
      );
      assert.deepEqual(read.settings, inject(podWith(ours({ [setting]: value }))).settings);
      assert.deepEqual(inject(podWith(), compatible, namespaceWith({ [key]: text })).settings, read.settings);
      assert.deepEqual(read.warnings, []);
    });

    test(`${key} means nothing where the compatibility is off`, () => {
      const outcome = inject(podWith({ [key]: text }));
      assert.deepEqual(outcome.settings, inject(podWith()).settings);
      assert.deepEqual(outcome.warnings, []);
    });
  }

  test("ours win, on the same object and over the namespace's", () => {
    const both = podWith({ ...ours({ "proxy-cpu-request": "1m" }), "sidecar.istio.io/proxyCPU": "2m" });
    assert.equal(inject(both, compatible).settings.resources.cpuRequest, "1m");
    const pod = podWith({ "sidecar.istio.io/proxyCPU": "2m" });
    const namespace = namespaceWith(ours({ "proxy-cpu-request": "1m" }));
    assert.equal(inject(pod, compatible, namespace).settings.resources.cpuRequest, "2m", "the pod's own goes first");
  });

  test("a bad value is refused by Istio's name", () => {
    const [problem] = refuse(podWith({ "traffic.sidecar.istio.io/includeOutboundPorts": "abc" }), compatible);
    assert.equal(problem?.path, 'metadata.annotations["traffic.sidecar.istio.io/includeOutboundPorts"]');
    assert.match(problem.message, /"abc" is not a port/);
  });
});

suite("proxy.istio.io/config", () => {
  const config = (text: string) => inject(podWith({ "proxy.istio.io/config": text }), compatible);

  test("concurrency and holdApplicationUntilProxyStarts have counterparts", () => {
    const outcome = config("concurrency: 4\nholdApplicationUntilProxyStarts: false\n");
    assert.equal(outcome.settings.concurrency, 4);
    assert.equal(outcome.settings.holdApplication, false);
    assert.equal(flagOf(outcome.pod, "--concurrency"), "4");
    assert.equal(
      originOf(podWith({ "proxy.istio.io/config": "concurrency: 4" }), "proxy-concurrency"),
      "pod annotation proxy.istio.io/config (concurrency)",
    );
  });

  test("as JSON and in YAML 1.1's words, too", () => {
    assert.equal(config('{"concurrency": 0}').settings.concurrency, 0);
    const classic = contextWith(istio, { nativeSidecars: false });
    const held = podWith({ "proxy.istio.io/config": "holdApplicationUntilProxyStarts: no" });
    assert.deepEqual(namesOf(inject(held, classic).pod).main, ["app", "outrigger-proxy"]);
  });

  test("what has no counterpart is told field by field", () => {
    const { warnings } = config("concurrency: 1\ntracing: {}\ndiscoveryAddress: x\n");
    assert.deepEqual(warnings, [
      '"tracing" of annotation proxy.istio.io/config has no counterpart here',
      '"discoveryAddress" of annotation proxy.istio.io/config has no counterpart here',
    ]);
  });

  for (const text of [
    "concurrency: many",
    "concurrency: -1",
    "concurrency: [1]",
    "concurrency:",
    "holdApplicationUntilProxyStarts: maybe",
    "holdApplicationUntilProxyStarts: 1",
  ]) {
    test(`${JSON.stringify(text)} is refused`, () => {
      const [problem] = refuse(podWith({ "proxy.istio.io/config": text }), compatible);
      assert.match(problem?.path ?? "", /^metadata.annotations\["proxy.istio.io\/config \(\w+\)"\]$/);
    });
  }

  for (const text of [
    "",
    "concurrency",
    "- concurrency: 1",
    "a: b: c",
    "{",
    "\t",
    "a: *b",
    "a: &a [*a, *a]",
    "!!js/function x",
    "1",
    "null",
    `a: ${"x".repeat(9000)}`,
    "[".repeat(8000),
  ]) {
    test(`${JSON.stringify(text.slice(0, 20))} is no object of YAML, which is told`, () => {
      assert.deepEqual(config(text).warnings, [
        "annotation proxy.istio.io/config is not a YAML object of at most 8192 characters and is ignored",
      ]);
    });
  }

  test("prototype keys are ordinary ones", () => {
    const { warnings, settings } = config("__proto__: {concurrency: 7}\nconstructor: 1\n");
    assert.equal(settings.concurrency, 2);
    assert.equal(warnings.length, 2);
  });
});

suite("annotations without a counterpart", () => {
  test("are told, once each, and change nothing", () => {
    const outcome = inject(
      podWith({
        "sidecar.istio.io/statsInclusionPrefixes": "x",
        "traffic.sidecar.istio.io/kubevirtInterfaces": "y",
        "proxy.istio.io/overrides": "{}",
        "istio.io/rev": "canary",
        "sidecar.istio.io/status": "{}",
      }),
      compatible,
    );
    assert.deepEqual(outcome.warnings, [
      "annotation sidecar.istio.io/statsInclusionPrefixes has no counterpart here and is ignored",
      "annotation traffic.sidecar.istio.io/kubevirtInterfaces has no counterpart here and is ignored",
      "annotation proxy.istio.io/overrides has no counterpart here and is ignored",
    ]);
    assert.equal(proxyOf(outcome.pod).image, proxyOf(inject(podWith()).pod).image);
  });
});

suite("sidecar.istio.io/inject", () => {
  const decide = (labels: Readonly<Record<string, string>>, annotations = {}, context = compatible) =>
    injectPod(podWith(annotations, {}, labels), namespaceWith({}, {}), context).reason;

  test("is read as the pod's wish, label before annotation", () => {
    assert.equal(decide({ "sidecar.istio.io/inject": "true" }), "pod-opt-in");
    assert.equal(decide({ "sidecar.istio.io/inject": "false" }), "pod-opt-out");
    assert.equal(decide({}, { "sidecar.istio.io/inject": "true" }), "pod-opt-in");
    assert.equal(decide({ "sidecar.istio.io/inject": "false" }, { "sidecar.istio.io/inject": "true" }), "pod-opt-out");
  });

  test("gives way to ours, label or annotation", () => {
    const labels = { "sidecar.istio.io/inject": "true" };
    assert.equal(decide({ ...labels, "outrigger.dev/inject": "false" }), "pod-opt-out");
    assert.equal(decide(labels, { "outrigger.dev/inject": "false" }), "pod-opt-out");
  });

  test("means nothing where the compatibility is off", () => {
    assert.equal(decide({ "sidecar.istio.io/inject": "true" }, {}, contextWith()), "namespace-not-enabled");
  });

  test("a wrong value is refused by Istio's name", () => {
    const pod = podWith({}, {}, { "sidecar.istio.io/inject": "yes" });
    assert.equal(refuse(pod, compatible)[0]?.path, 'metadata.labels["sidecar.istio.io/inject"]');
  });
});
