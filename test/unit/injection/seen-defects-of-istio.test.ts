/**
 * What was seen to go wrong in Istio's injector, each of which ours must not do. That a ConfigMap is refused, that
 * `application/json; charset=utf-8` is read, and that metrics tell skips from failures is the webhook's business: see
 * `test/unit/webhook/bad-reviews.test.ts`, `http-edge.test.ts` and `test/unit/observability/metrics.test.ts`.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createPatch } from "../../../src/injection/json-patch.ts";
import {
  app,
  appPod,
  bootstrapOf,
  classicContext,
  contextWith,
  inject,
  ours,
  podWith,
  proxyOf,
  refuse,
} from "../../injected-pods.ts";
import { throughApiServer } from "../../through-api-server.ts";

suite("a second pass keeps what the user set", () => {
  const declared = {
    name: "outrigger-proxy",
    image: "auto",
    securityContext: { runAsUser: 1234 },
    args: ["--custom"],
    resources: { requests: { cpu: "123m" } },
  };
  for (const context of [contextWith(), classicContext()]) {
    test(context.nativeSidecars ? "native" : "classic", () => {
      const once = inject(podWith({}, { containers: [app, declared] }), context).pod;
      for (const pod of [once, inject(throughApiServer(once), context).pod]) {
        assert.equal(proxyOf(pod).securityContext?.runAsUser, 1234);
        assert.deepEqual(proxyOf(pod).args, ["--custom"]);
        assert.equal(proxyOf(pod).resources?.requests?.["cpu"], "123m");
      }
    });
  }
});

suite("a forged status neither crashes nor hides the application", () => {
  for (const status of [
    '{"containers":[1]}',
    '{"containers":["app"]}',
    '{"initContainers":[null],"containers":["app"]}',
  ]) {
    test(status, () => {
      const pod = podWith({ "outrigger.dev/status": status });
      assert.deepEqual(inject(pod).pod.spec.containers, [app]);
    });
  }
});

suite("patches", () => {
  const pod = podWith(
    { b: "1", a: "2" },
    {
      containers: [app, { ...app, name: "b" }],
      initContainers: [{ name: "migrate", image: "m" }],
      volumes: [{ name: "v" }],
    },
  );

  test("20 identical requests get one and the same patch, also with other pods in between", () => {
    const patches = Array.from({ length: 20 }, (_, index) => {
      inject(podWith(ours({ "proxy-concurrency": String(index) })));
      const copy = structuredClone(pod);
      return JSON.stringify(createPatch(copy, inject(copy, contextWith()).pod));
    });
    assert.equal(new Set(patches).size, 1);
  });

  test("add containers in front without rewriting those behind", () => {
    const paths = createPatch(pod, inject(pod, classicContext()).pod).map(({ op, path }) => `${op} ${path}`);
    assert.deepEqual(paths, [
      "add /metadata/labels/outrigger.dev~1injected",
      "add /metadata/annotations/kubectl.kubernetes.io~1default-container",
      "add /metadata/annotations/outrigger.dev~1status",
      "add /spec/containers/0",
      "add /spec/initContainers/0",
      "add /spec/volumes/1",
    ]);
  });
});

suite("values are validated", () => {
  for (const [name, annotations] of [
    ["includeOutboundPorts: abc", { "include-outbound-ports": "abc" }],
    ["request above limit", { "proxy-cpu-request": "2", "proxy-cpu-limit": "1" }],
    ["a newline that would be YAML", { "proxy-image": 'envoy\n    securityContext: {"privileged": true}' }],
    ["a newline in a quantity", { "proxy-cpu-limit": '1"\n    privileged: true' }],
  ] as const) {
    test(name, () => {
      assert.ok(refuse(podWith(ours(annotations))).length > 0);
    });
  }
});

test("one resource set leaves every other default alone", () => {
  const { requests, limits } = proxyOf(inject(podWith(ours({ "proxy-cpu-request": "10m" }))).pod).resources ?? {};
  assert.deepEqual(requests, { cpu: "10m", memory: "64Mi", "ephemeral-storage": "16Mi" });
  assert.deepEqual(limits, { "ephemeral-storage": "128Mi" });
});

suite("probes", () => {
  test("a host goes to Envoy and away from the kubelet, which would ask it in the proxy's place", () => {
    const { pod } = inject(appPod({ readinessProbe: { httpGet: { port: 8080, host: "10.9.8.7" } } }));
    assert.equal(pod.spec.containers[0]?.readinessProbe?.httpGet?.host, undefined);
    assert.match(JSON.stringify(bootstrapOf(pod)), /"address":"10\.9\.8\.7","port_value":8080/);
  });

  test("an unknown named port is left alone and told", () => {
    const probe = { httpGet: { port: "nope" } };
    const { pod, warnings } = inject(appPod({ readinessProbe: probe }));
    assert.deepEqual(pod.spec.containers[0]?.readinessProbe, probe);
    assert.match(warnings[0] ?? "", /names port "nope", which the container does not declare/);
  });
});

suite("nothing is silent", () => {
  for (const [name, pod, warning] of [
    ["a typo", podWith(ours({ "proxy-cpu-limits": "1" })), /did you mean outrigger.dev\/proxy-cpu-limit\?/],
    ["the proxy's user", appPod({ securityContext: { runAsUser: 1337 } }), /runs as user 1337/],
    ["the proxy's port", appPod({ ports: [{ containerPort: 15_001 }] }), /declares port 15001/],
  ] as const) {
    test(name, () => {
      assert.match(inject(pod).warnings.join("\n"), warning);
    });
  }
});

test("a clashing volume name gives ours another name, not a volume with two sources", () => {
  const theirs = { name: "outrigger-identity", emptyDir: {} };
  const { spec } = inject(podWith({}, { volumes: [theirs] }), contextWith({ mode: "mesh" })).pod;
  assert.deepEqual(spec.volumes?.[0], theirs);
  assert.equal(spec.volumes[1]?.name, "outrigger-identity-2");
});

test("the seccomp profile is set, so that the proxy passes Pod Security restricted", () => {
  assert.deepEqual(proxyOf(inject(podWith()).pod).securityContext?.seccompProfile, { type: "RuntimeDefault" });
});

test("whether sidecars are native is known before the request: no node is looked at", () => {
  // The context is all that injection sees of the cluster, and it holds the answer, not the nodes.
  assert.deepEqual(
    Object.keys(contextWith()).filter((key) => /node/i.test(key)),
    [],
  );
  assert.equal(inject(podWith(), classicContext()).settings.nativeSidecar, false);
});
