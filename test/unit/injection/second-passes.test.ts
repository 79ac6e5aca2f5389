/**
 * Re-invocation: the API server asks again after another webhook has changed the pod. Our part comes out the same, and
 * what others did stays.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createPatch } from "../../../src/injection/json-patch.ts";
import type { InjectionContext } from "../../../src/injection/outcome.ts";
import type { Container, Pod } from "../../../src/kubernetes/pod.ts";
import {
  app,
  appPod,
  bootstrapOf,
  classicContext,
  contextWith,
  flagOf,
  inject,
  initOf,
  namesOf,
  ours,
  podWith,
  proxyOf,
  statusOf,
} from "../../injected-pods.ts";
import { throughApiServer } from "../../through-api-server.ts";

/** The fields of a pod's spec, changed. */
function changed(pod: Pod, change: (spec: Pod["spec"]) => object): Pod {
  return { ...pod, spec: { ...pod.spec, ...change(pod.spec) } };
}

/** One of our containers, changed. */
function withOurs(pod: Pod, name: string, change: (container: Container) => object): Pod {
  const map = (list: readonly Container[] | undefined): readonly Container[] =>
    (list ?? []).map((container) => (container.name === name ? { ...container, ...change(container) } : container));
  return changed(pod, (spec) => ({ containers: map(spec.containers), initContainers: map(spec.initContainers) }));
}

const declared = {
  name: "outrigger-proxy",
  image: "auto",
  args: ["--custom"],
  resources: { requests: { cpu: "123m" } },
  securityContext: { runAsUser: 1234 },
};

const cases: readonly (readonly [string, Pod, InjectionContext])[] = [
  ["a plain pod", podWith(), contextWith()],
  ["a classic sidecar", podWith(), classicContext()],
  ["tproxy", podWith(ours({ "interception-mode": "tproxy" })), contextWith()],
  ["no interception", podWith(ours({ "interception-mode": "none" })), contextWith()],
  ["in a mesh", podWith(), contextWith({ mode: "mesh", proxy: { imagePullSecrets: ["registry"] } })],
  ["one IP family", podWith(), contextWith({}, { ipFamilies: ["IPv6"] })],
  ["declared by the user", podWith({}, { containers: [app, declared] }), contextWith()],
  ["declared, classic", podWith({}, { containers: [app, declared] }), classicContext()],
  [
    "probes and hooks",
    appPod({
      readinessProbe: { httpGet: { port: "http", path: "/ok" } },
      livenessProbe: { tcpSocket: { port: 8080 } },
      startupProbe: { grpc: { port: 8080 } },
      lifecycle: { preStop: { httpGet: { port: 8080 } } },
    }),
    contextWith(),
  ],
  ["scraping", podWith({ "prometheus.io/scrape": "true", "prometheus.io/port": "9102" }), contextWith()],
  ["limits alone", podWith(ours({ "proxy-cpu-request": "", "proxy-cpu-limit": "1000m" })), contextWith()],
  [
    "overlays",
    podWith(ours({ overlays: "debug" })),
    contextWith({
      overlays: {
        debug: {
          metadata: { labels: { debug: "1" } },
          spec: {
            containers: [
              { name: "app", env: [{ name: "DEBUG", value: "1" }] },
              { name: "shell", image: "s" },
            ],
            initContainers: [{ name: "outrigger-proxy", env: [{ name: "ENVOY_DEBUG", value: "1" }] }],
          },
        },
      },
    }),
  ],
];

suite("a second pass changes nothing", () => {
  for (const [name, pod, context] of cases) {
    test(`${name}: right after the first`, () => {
      const once = inject(pod, context).pod;
      const twice = inject(once, context);
      assert.equal(twice.reason, "already-injected");
      assert.deepEqual(createPatch(once, twice.pod), []);
      assert.deepEqual(twice.pod, once);
    });

    test(`${name}: after the API server has rewritten the pod`, () => {
      const once = throughApiServer(inject(pod, context).pod);
      const twice = inject(once, context).pod;
      assert.deepEqual(throughApiServer(twice), once);
      // All that may be written again is our own spelling of a quantity.
      const paths = createPatch(once, twice).map(({ path }) => path);
      assert.deepEqual(
        paths.filter((path) => !/\/resources\/(requests|limits)\/(cpu|memory)$/.test(path)),
        [],
      );
    });

    test(`${name}: what is ours follows a new setting, what the user declared stays`, () => {
      const once = throughApiServer(inject(pod, context).pod);
      const settings = {
        ...pod.metadata?.annotations,
        ...ours({ "proxy-log-level": "debug", "proxy-cpu-limit": "3" }),
      };
      const later = inject(
        { ...once, metadata: { ...once.metadata, annotations: { ...once.metadata?.annotations, ...settings } } },
        context,
      ).pod;
      const isDeclared = pod.spec.containers.includes(declared);
      assert.equal(flagOf(later, "--log-level"), isDeclared ? undefined : "debug");
      assert.equal(proxyOf(later).resources?.limits?.["cpu"], "3");
    });
  }
});

suite("what another webhook does in between stays", () => {
  const first = throughApiServer(inject(podWith()).pod);

  test("a container with a probe is added: the probe is rewritten", () => {
    const added = { name: "added", image: "x", livenessProbe: { httpGet: { port: 7000, path: "/alive" } } };
    const { pod } = inject(changed(first, ({ containers }) => ({ containers: [added, ...containers] })));
    assert.equal(pod.spec.containers[0]?.livenessProbe?.httpGet?.path, "/app-health/added/livez");
    assert.ok(JSON.stringify(bootstrapOf(pod)).includes("/app-health/added/livez"));
    assert.equal(
      pod.metadata?.annotations?.["kubectl.kubernetes.io/default-container"],
      "app",
      "app is still the application",
    );
  });

  test("an init container is put first: ours come first again", () => {
    const { pod } = inject(
      changed(first, ({ initContainers = [] }) => ({
        initContainers: [{ name: "early", image: "x" }, ...initContainers],
      })),
    );
    assert.deepEqual(namesOf(pod).init, ["outrigger-proxy", "outrigger-init", "early"]);
  });

  test("our image is changed to a mirror's", () => {
    const mirrored = withOurs(first, "outrigger-proxy", () => ({ image: "mirror.example/envoy:v1" }));
    const { pod } = inject(withOurs(mirrored, "outrigger-init", () => ({ image: "mirror.example/init:v1" })));
    assert.equal(proxyOf(pod).image, "mirror.example/envoy:v1");
    assert.equal(initOf(pod)?.image, "mirror.example/init:v1");
    assert.deepEqual(inject(pod).pod, pod, "and stays so on every further pass");
  });

  test("environment, resources and security context of ours", () => {
    const proxyBefore = proxyOf(first);
    const { pod } = inject(
      withOurs(first, "outrigger-proxy", ({ env = [] }) => ({
        env: [...env, { name: "TZ", value: "UTC" }],
        resources: { requests: { cpu: "7m" } },
        securityContext: { ...proxyBefore.securityContext, runAsUser: 2000 },
      })),
    );
    assert.ok(proxyOf(pod).env?.some(({ name }) => name === "TZ"));
    assert.equal(proxyOf(pod).resources?.requests?.["cpu"], "7m");
    assert.equal(proxyOf(pod).securityContext?.runAsUser, 2000);
  });

  test("a probe that we had rewritten gets another period", () => {
    const probed = throughApiServer(inject(appPod({ livenessProbe: { httpGet: { port: 8080 } } })).pod);
    const { pod } = inject(
      withOurs(probed, "app", ({ livenessProbe }) => ({ livenessProbe: { ...livenessProbe, periodSeconds: 99 } })),
    );
    assert.equal(pod.spec.containers[0]?.livenessProbe?.periodSeconds, 99);
    assert.equal(pod.spec.containers[0].livenessProbe.httpGet?.port, 15_020);
  });

  test("a probe that we had rewritten is replaced: the new one is rewritten", () => {
    const probed = inject(appPod({ livenessProbe: { httpGet: { port: 8080 } } })).pod;
    const { pod } = inject(withOurs(probed, "app", () => ({ livenessProbe: { tcpSocket: { port: 9000 } } })));
    assert.equal(pod.spec.containers[0]?.livenessProbe?.httpGet?.port, 15_020);
    assert.deepEqual((statusOf(pod)["original"] as { handlers: object }).handlers, {
      "app/livez": { tcpSocket: { port: 9000 } },
    });
  });

  test("annotations that we had written", () => {
    const scraped = inject(podWith({ "prometheus.io/scrape": "true", "prometheus.io/port": "9102" })).pod;
    const { metadata } = inject({
      ...scraped,
      metadata: {
        ...scraped.metadata,
        annotations: {
          ...scraped.metadata?.annotations,
          "prometheus.io/port": "9200",
          "kubectl.kubernetes.io/default-container": "sidekick",
        },
      },
    }).pod;
    assert.equal(metadata?.annotations?.["kubectl.kubernetes.io/default-container"], "sidekick");
    assert.equal(metadata.annotations["prometheus.io/port"], "15020", "the new port is captured as well");
  });

  test("a setting of ours takes effect", () => {
    const annotations = {
      ...first.metadata?.annotations,
      ...ours({ "proxy-log-level": "trace", "native-sidecar": "false" }),
    };
    const { pod } = inject({ ...first, metadata: { ...first.metadata, annotations } });
    assert.equal(flagOf(pod, "--log-level"), "trace");
    assert.deepEqual(namesOf(pod), { init: ["outrigger-init"], main: ["outrigger-proxy", "app"] });
  });

  test("volumes and pull secrets", () => {
    const context = contextWith({ mode: "mesh", proxy: { imagePullSecrets: ["registry"] } });
    const once = inject(podWith(), context).pod;
    const { spec } = inject(
      changed(once, ({ volumes = [], imagePullSecrets = [] }) => ({
        volumes: [...volumes, { name: "theirs" }],
        imagePullSecrets: [{ name: "other" }, ...imagePullSecrets],
      })),
      context,
    ).pod;
    assert.deepEqual(spec.volumes?.map(({ name }) => name).sort(), ["outrigger-identity", "theirs"]);
    assert.deepEqual(spec.imagePullSecrets, [{ name: "other" }, { name: "registry" }]);
  });
});

suite("what the user declared stays over three passes", () => {
  for (const context of [contextWith(), classicContext()]) {
    test(context.nativeSidecars ? "native" : "classic", () => {
      let pod = podWith({}, { containers: [app, declared] });
      for (let pass = 1; pass <= 3; pass++) {
        pod = throughApiServer(inject(pod, context).pod);
        const proxy = proxyOf(pod);
        assert.equal(proxy.securityContext?.runAsUser, 1234);
        assert.deepEqual(proxy.args, ["--custom"]);
        assert.equal(proxy.resources?.requests?.["cpu"], "123m");
        assert.equal(proxy.resources.requests["memory"], "64Mi");
      }
    });
  }
});

test("an opt-out that comes after the injection comes too late", () => {
  const pod = inject(podWith()).pod;
  const labels = { ...pod.metadata?.labels, "outrigger.dev/inject": "false" };
  assert.equal(inject({ ...pod, metadata: { ...pod.metadata, labels } }).reason, "already-injected");
});
