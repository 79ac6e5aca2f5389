/**
 * Objects of any shape: what is read must have its shape, and everything else passes untouched.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { injectPod } from "../../../src/injection/inject.ts";
import { readPod } from "../../../src/injection/read-pod.ts";
import { app, appPod, contextWith, inject, namespaceWith, podWith } from "../../injected-pods.ts";

suite("no pod", () => {
  for (const [name, value, path] of [
    ["undefined", undefined, "pod"],
    ["null", null, "pod"],
    ["a text", "pod", "pod"],
    ["a list", [], "pod"],
    ["without a spec", { kind: "Pod" }, "pod.spec"],
    ["spec null", { spec: null }, "pod.spec"],
    ["no containers", { spec: {} }, "pod.spec.containers"],
    ["containers null", { spec: { containers: null } }, "pod.spec.containers"],
    ["containers an object", { spec: { containers: {} } }, "pod.spec.containers"],
    ["a container that is a text", { spec: { containers: ["app"] } }, "pod.spec.containers[0]"],
    ["a container that is null", { spec: { containers: [null] } }, "pod.spec.containers[0]"],
    ["a container without a name", { spec: { containers: [{}] } }, "pod.spec.containers[0].name"],
    ["another kind", { kind: "ConfigMap", spec: { containers: [] } }, "pod.kind"],
    ["metadata a list", { metadata: [], spec: { containers: [] } }, "pod.metadata"],
    [
      "a label that is a number",
      { metadata: { labels: { a: 1 } }, spec: { containers: [] } },
      'pod.metadata.labels["a"]',
    ],
    ["annotations a list", { metadata: { annotations: ["a"] }, spec: { containers: [] } }, "pod.metadata.annotations"],
    ["hostNetwork a text", { spec: { hostNetwork: "true", containers: [] } }, "pod.spec.hostNetwork"],
    [
      "a port that is a text",
      { spec: { containers: [{ name: "a", ports: [{ containerPort: "80" }] }] } },
      "pod.spec.containers[0].ports[0].containerPort",
    ],
    ["a volume without a name", { spec: { containers: [], volumes: [{}] } }, "pod.spec.volumes[0].name"],
    [
      "a probe's port that is an object",
      { spec: { containers: [{ name: "a", livenessProbe: { httpGet: { port: {} } } }] } },
      "pod.spec.containers[0].livenessProbe.httpGet.port",
    ],
    [
      "an owner without a kind",
      { metadata: { ownerReferences: [{}] }, spec: { containers: [] } },
      "pod.metadata.ownerReferences[0].kind",
    ],
  ] as const) {
    test(name, () => {
      const outcome = injectPod(value, namespaceWith(), contextWith());
      assert.ok(outcome.result === "rejected");
      assert.equal(outcome.reason, "invalid-pod");
      assert.equal(outcome.problems[0]?.path, path);
    });
  }

  test("all problems are told at once", () => {
    const read = readPod({ metadata: { labels: 1 }, spec: { hostNetwork: 1, containers: [{ name: 2, ports: 3 }] } });
    assert.equal(read.ok ? 0 : read.problems.length, 4);
  });
});

suite("a pod", () => {
  test("with null wherever something may be left out is like one that leaves it out", () => {
    const nulls = {
      kind: null,
      apiVersion: null,
      metadata: { name: "a", labels: null, annotations: null, ownerReferences: null },
      spec: {
        containers: [{ ...app, env: null, ports: null, lifecycle: null, securityContext: null, volumeMounts: null }],
        initContainers: null,
        volumes: null,
        imagePullSecrets: null,
        hostNetwork: null,
        os: null,
        nodeSelector: null,
        securityContext: null,
        restartPolicy: null,
      },
    };
    assert.equal(inject(nulls).warnings.length, 0);
    assert.equal(inject(inject(nulls).pod).warnings.length, 0);
    assert.equal(inject({ ...nulls, metadata: null }).warnings.length, 0);
  });

  test("keeps every field that we do not know, wherever it stands", () => {
    const future = { a: [1, { b: null }], $patch: "x", "": "" };
    const pod = {
      ...podWith(),
      future,
      status: future,
      metadata: { ...podWith().metadata, future, uid: "u", finalizers: ["f"] },
      spec: {
        ...appPod({ future, resizePolicy: [future], livenessProbe: { httpGet: { port: 8080, future }, future } }).spec,
        future,
        ephemeralContainers: [future],
      },
    };
    const injected = inject(pod).pod as unknown as typeof pod;
    assert.deepEqual(injected.future, future);
    assert.deepEqual(injected.status, future);
    assert.deepEqual({ ...injected.metadata, ...pod.metadata, labels: 1 }, { ...injected.metadata, labels: 1 });
    assert.deepEqual({ ...injected.spec, future, ephemeralContainers: [future] }, injected.spec);
    const [container] = injected.spec.containers as unknown as readonly Record<string, unknown>[];
    assert.deepEqual([container?.["future"], container?.["resizePolicy"]], [future, [future]]);
    assert.deepEqual((container?.["livenessProbe"] as { future: unknown }).future, future);
  });

  test("untouched parts are the very same objects, so that the patch need not look at them", () => {
    const pod = podWith();
    const injected = inject(pod).pod;
    assert.equal(injected.spec.containers, pod.spec.containers);
    assert.equal(injected.metadata?.ownerReferences, pod.metadata?.ownerReferences);
  });

  test("keys named like Object's own are ordinary ones", () => {
    const pod: unknown = JSON.parse(
      '{"__proto__":{"spec":{"hostNetwork":true}},"metadata":{"labels":{"constructor":"c","__proto__":"p"}},"spec":{"containers":[{"name":"__proto__","livenessProbe":{"httpGet":{"port":80}}}]}}',
    );
    const { pod: injected } = inject(pod);
    assert.deepEqual(Object.keys(injected.metadata?.labels ?? {}), [
      "constructor",
      "__proto__",
      "outrigger.dev/injected",
    ]);
    assert.equal(injected.spec.containers[0]?.livenessProbe?.httpGet?.path, "/app-health/__proto__/livez");
  });
});
