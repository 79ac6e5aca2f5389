/**
 * Taking the sidecar out again gives the pod as its author wrote it. The golden cases are held against it, too.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { uninjectPod } from "../../../src/injection/uninject.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { app, appPod, classicContext, contextWith, inject, ours, podWith } from "../../injected-pods.ts";

function uninjected(pod: unknown): Pod {
  const result = uninjectPod(pod);
  assert.ok(result.ok);
  return result.value;
}

const declared = { name: "outrigger-proxy", image: "auto", args: ["--custom"] };
const declaredInit = { name: "outrigger-init", image: "auto" };
const migrate = { name: "migrate", image: "m" };

suite("uninject gives the pod back", () => {
  for (const [name, pod] of [
    ["a plain pod", podWith()],
    ["nothing but containers", { spec: { containers: [app] } }],
    ["annotations and labels", podWith({ mine: "1", "kubectl.kubernetes.io/default-container": "app" })],
    [
      "probes",
      appPod({ livenessProbe: { tcpSocket: { port: 8080 } }, lifecycle: { preStop: { httpGet: { port: "http" } } } }),
    ],
    [
      "scraping",
      podWith({ "prometheus.io/scrape": "true", "prometheus.io/port": "9", "prometheus.io/scheme": "https" }),
    ],
    [
      "volumes and secrets",
      podWith({}, { volumes: [{ name: "v" }], imagePullSecrets: [{ name: "s" }, { name: "registry" }] }),
    ],
    ["a declared proxy first", podWith({}, { containers: [declared, app] })],
    ["a declared proxy between", podWith({}, { containers: [app, declared, { ...app, name: "b" }] })],
    ["a declared proxy among the init containers", podWith({}, { initContainers: [migrate, declared] })],
    ["both declared", podWith({}, { initContainers: [migrate, declaredInit, declared] })],
    ["both declared, apart", podWith({}, { initContainers: [declaredInit], containers: [declared, app] })],
    [
      "a name like ours on a volume",
      podWith({}, { volumes: [{ name: "outrigger-hold" }, { name: "outrigger-identity" }] }),
    ],
    ["settings", podWith(ours({ "interception-mode": "none", "drain-seconds": "0" }))],
  ] as const) {
    for (const context of [
      contextWith(),
      classicContext(),
      contextWith({ mode: "mesh", proxy: { imagePullSecrets: ["registry", "mirror"] } }),
    ]) {
      test(`${name}, ${context.config.mode}, ${context.nativeSidecars ? "native" : "classic"}`, () => {
        const once = inject(pod, context).pod;
        assert.deepEqual(uninjected(once), pod);
        assert.deepEqual(uninjected(inject(once, context).pod), pod, "after a second pass");
      });
    }
  }
});

suite("uninject leaves alone", () => {
  test("a pod that was never injected: the very same object", () => {
    const pod = podWith();
    assert.equal(uninjected(pod), pod);
    const onlyDeclared = podWith({}, { containers: [app, declared] });
    assert.equal(uninjected(onlyDeclared), onlyDeclared);
  });

  test("what others have changed since", () => {
    const once = inject(podWith()).pod;
    const later: Pod = {
      ...once,
      metadata: {
        ...once.metadata,
        annotations: { ...once.metadata?.annotations, "kubectl.kubernetes.io/default-container": "b" },
      },
      spec: { ...once.spec, containers: [...once.spec.containers, { name: "b" }] },
    };
    const pod = uninjected(later);
    assert.deepEqual(pod.spec.containers, [app, { name: "b" }]);
    assert.deepEqual(pod.metadata?.annotations, { "kubectl.kubernetes.io/default-container": "b" });
  });
});

test("what is no pod is a problem", () => {
  assert.equal(uninjectPod({ spec: {} }).ok, false);
  const once = inject(podWith()).pod;
  const twice = { ...once, spec: { ...once.spec, containers: [...once.spec.containers, { name: "outrigger-proxy" }] } };
  assert.equal(uninjectPod(twice).ok, false);
});
