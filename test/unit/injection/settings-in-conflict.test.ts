/**
 * Settings that are right by themselves and wrong together, or wrong in this cluster.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  classicContext,
  contextWith,
  inject,
  namespaceWith,
  ours,
  podWith,
  proxyOf,
  refuse,
} from "../../injected-pods.ts";

suite("a request above its limit", () => {
  for (const [resource, request, limit] of [
    ["cpu", "2", "1"],
    ["cpu", "1001m", "1"],
    ["memory", "1Gi", "1G"],
    ["memory", "65Mi", "64Mi"],
  ] as const) {
    const [requestName, limitName] = [`proxy-${resource}-request`, `proxy-${resource}-limit`];
    const both = { [requestName]: request, [limitName]: limit };
    const message = (requestOrigin: string, limitOrigin: string): string =>
      `the ${resource} request ${request} (${requestOrigin}) is above the limit ${limit} (${limitOrigin})`;
    const byPod = (name: string): string => `pod annotation outrigger.dev/${name}`;
    const byNamespace = (name: string): string => `namespace annotation outrigger.dev/${name}`;

    test(`${resource} ${request} > ${limit}, both of the pod: the limit is blamed`, () => {
      const [problem] = refuse(podWith(ours(both)));
      assert.equal(problem?.path, `metadata.annotations["outrigger.dev/${limitName}"]`);
      assert.equal(problem.message, message(byPod(requestName), byPod(limitName)));
      assert.equal(problem.hint, `raise outrigger.dev/${limitName} or lower outrigger.dev/${requestName}`);
    });

    test(`${resource} ${request} of the pod, ${limit} of the namespace`, () => {
      const problems = refuse(
        podWith(ours({ [requestName]: request })),
        contextWith(),
        namespaceWith(ours({ [limitName]: limit })),
      );
      assert.equal(problems[0]?.message, message(byPod(requestName), byNamespace(limitName)));
    });

    test(`${resource} ${request} of the pod, ${limit} of the mesh config: the request is blamed`, () => {
      const lowRequest = resource === "cpu" ? "1m" : "1Mi";
      const context = contextWith({ proxy: { defaults: { [limitName]: limit, [requestName]: lowRequest } } });
      const [problem] = refuse(podWith(ours({ [requestName]: request })), context);
      assert.equal(problem?.path, `metadata.annotations["outrigger.dev/${requestName}"]`);
      assert.equal(problem.message, message(byPod(requestName), "mesh config"));
    });

    test(`${resource}: equal is fine, in any spelling`, () => {
      const [one, other] = resource === "cpu" ? ["1", "1000m"] : ["1Gi", "1024Mi"];
      const { pod } = inject(podWith(ours({ [requestName]: one, [limitName]: other })));
      assert.equal(proxyOf(pod).resources?.requests?.[resource], one);
      assert.equal(proxyOf(pod).resources?.limits?.[resource], other);
    });

    test(`${resource}: with userErrors: warn, both go back to their defaults`, () => {
      const outcome = inject(podWith(ours(both)), contextWith({ userErrors: "warn" }));
      assert.deepEqual(proxyOf(outcome.pod).resources?.requests?.[resource], resource === "cpu" ? "50m" : "64Mi");
      assert.deepEqual(proxyOf(outcome.pod).resources?.limits?.[resource], undefined);
      assert.equal(outcome.warnings.length, 1);
    });
  }

  test("a limit below the built-in request is one, too", () => {
    const [problem] = refuse(podWith(ours({ "proxy-memory-limit": "32Mi" })));
    assert.equal(
      problem?.message,
      "the memory request 64Mi (built-in default) is above the limit 32Mi (pod annotation outrigger.dev/proxy-memory-limit)",
    );
  });

  test("both resources are told at once", () => {
    assert.equal(refuse(podWith(ours({ "proxy-memory-limit": "32Mi", "proxy-cpu-limit": "1m" }))).length, 2);
  });
});

suite("a setting that this cluster cannot follow", () => {
  test("native-sidecar: true where there are none is refused, or tolerated as a classic container", () => {
    const pod = podWith(ours({ "native-sidecar": "true" }));
    assert.match(refuse(pod, classicContext())[0]?.message ?? "", /the cluster runs no native sidecars/);
    const outcome = inject(pod, classicContext({ userErrors: "warn" }));
    assert.equal(outcome.settings.nativeSidecar, false);
    assert.equal(proxyOf(outcome.pod).restartPolicy, undefined);
  });

  test("an overlay that nobody defined is refused with those that are, or tolerated without", () => {
    const overlays = { debug: {}, audit: {} };
    const pod = podWith(ours({ overlays: "debug,debgu" }));
    assert.deepEqual(refuse(pod, contextWith({ overlays })), [
      {
        path: 'metadata.annotations["outrigger.dev/overlays"]',
        message: '"debgu" is not an overlay of the mesh config',
        hint: "write one of: debug, audit",
      },
    ]);
    assert.equal(refuse(pod)[0]?.hint, "the mesh config defines no overlay");
    assert.deepEqual(inject(pod, contextWith({ overlays, userErrors: "warn" })).settings.overlays, []);
  });
});

suite("a setting without effect is told", () => {
  test("trace-sampling where nothing is traced", () => {
    assert.deepEqual(inject(podWith(ours({ "trace-sampling": "5" }))).warnings, [
      'metadata.annotations["outrigger.dev/trace-sampling"] has no effect: the mesh config names no trace collector',
    ]);
    const tracing = { host: "collector", port: 4317 };
    assert.deepEqual(inject(podWith(ours({ "trace-sampling": "5" })), contextWith({ tracing })).warnings, []);
  });

  test("hold-application of a native sidecar", () => {
    const namespace = namespaceWith(ours({ "hold-application": "false" }));
    assert.deepEqual(inject(podWith(), contextWith(), namespace).warnings, [
      'namespace shop metadata.annotations["outrigger.dev/hold-application"] has no effect: a native sidecar always starts first',
    ]);
    assert.deepEqual(inject(podWith(), classicContext(), namespace).warnings, []);
  });
});

suite("what would never start", () => {
  const list = (count: number, item: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => item(index)).join(",");

  test("rules that are longer than Linux lets an environment variable be are refused", () => {
    const many = list(1600, (index) => `${(index % 200) + 1}.1.${index % 9}.0`).slice(0, 8190);
    const cidrs = many.slice(0, many.lastIndexOf(","));
    const problems = refuse(podWith(ours({ "exclude-outbound-cidrs": cidrs, "include-outbound-cidrs": cidrs })));
    assert.equal(problems[0]?.path, "container outrigger-init env OUTRIGGER_IPTABLES_V4");
    assert.match(problems[0].message, /longer than the 131072 bytes that Linux allows/);
  });

  test("a bootstrap that is longer than Linux lets an argument be is refused", () => {
    const probe = { httpGet: { port: 8080, path: `/${"a".repeat(130_000)}` } };
    const pod = podWith({}, { containers: [{ name: "app", livenessProbe: probe }] });
    assert.equal(refuse(pod)[0]?.path, "container outrigger-proxy args[1]");
  });

  test("long lists that fit are not", () => {
    const cidrs = list(400, (index) => `10.${index % 250}.${index % 9}.0/24`);
    assert.deepEqual(inject(podWith(ours({ "exclude-outbound-cidrs": cidrs }))).warnings, []);
  });
});
