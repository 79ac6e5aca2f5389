/**
 * Overlays of the mesh config: over the application, over our containers, with directives, in order.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseMeshConfig } from "../../../src/config/load.ts";
import { validateDefaults } from "../../../src/injection/annotations/registry.ts";
import type { Container } from "../../../src/kubernetes/pod.ts";
import {
  app,
  appPod,
  bootstrapOf,
  contextWith,
  inject,
  initOf,
  namesOf,
  ours,
  podWith,
  proxyOf,
  refuse,
} from "../../injected-pods.ts";

const byName = ours({ overlays: "it" });
const builtIn = proxyOf(inject(podWith()).pod);

function overlaid(overlay: object, pod = podWith(byName)) {
  return inject(pod, contextWith({ overlays: { it: overlay } }));
}

suite("over the application", () => {
  test("labels, tolerations, a container's environment, another container", () => {
    const { pod } = overlaid({
      metadata: { labels: { team: "a" }, annotations: { note: "b" } },
      spec: {
        priorityClassName: "high",
        tolerations: [{ key: "x", operator: "Exists" }],
        containers: [
          { name: "app", env: [{ name: "DEBUG", value: "1" }] },
          { name: "shell", image: "s" },
        ],
      },
    });
    assert.deepEqual([pod.metadata?.labels?.["team"], pod.metadata?.annotations?.["note"]], ["a", "b"]);
    assert.deepEqual(namesOf(pod).main, ["app", "shell"]);
    assert.deepEqual(pod.spec.containers[0], { ...app, env: [{ name: "DEBUG", value: "1" }] });
    const spec = pod.spec as unknown as Record<string, unknown>;
    assert.equal(spec["priorityClassName"], "high");
    assert.deepEqual(spec["tolerations"], [{ key: "x", operator: "Exists" }]);
  });

  test("before its probes are read", () => {
    const overlay = { spec: { containers: [{ name: "app", livenessProbe: { httpGet: { port: 9999, path: "/o" } } }] } };
    const { pod } = overlaid(overlay, appPod({ livenessProbe: { httpGet: { port: 8080 } } }, byName));
    assert.equal(pod.spec.containers[0]?.livenessProbe?.httpGet?.port, 15_020);
    assert.match(JSON.stringify(bootstrapOf(pod)), /"port_value":9999/);
  });

  test("$patch: delete takes a container out, null a field, an empty list an atomic list", () => {
    const pod = podWith(byName, {
      containers: [app, { name: "old", image: "o" }],
      dnsPolicy: "Default",
      tolerations: [{}],
    });
    const overlay = {
      spec: { containers: [{ name: "old", $patch: "delete" }], dnsPolicy: null, tolerations: [] },
    };
    const { spec } = overlaid(overlay, pod).pod;
    assert.deepEqual(spec.containers, [app]);
    assert.equal(spec.dnsPolicy, undefined);
    assert.deepEqual((spec as unknown as Record<string, unknown>)["tolerations"], []);
  });
});

suite("over our containers", () => {
  for (const list of ["containers", "initContainers"] as const) {
    test(`named among ${list}, wherever they end up`, () => {
      const overlay = {
        spec: {
          [list]: [
            { name: "outrigger-proxy", env: [{ name: "A", value: "1" }], resources: { limits: { cpu: "9" } } },
            { name: "outrigger-init", resources: { limits: { cpu: "8" } } },
          ],
        },
      };
      const { pod } = overlaid(overlay);
      assert.deepEqual(namesOf(pod), { init: ["outrigger-proxy", "outrigger-init"], main: ["app"] });
      assert.ok(proxyOf(pod).env?.some(({ name }) => name === "A"));
      assert.equal(proxyOf(pod).resources?.limits?.["cpu"], "9");
      assert.equal(initOf(pod)?.resources?.limits?.["cpu"], "8");
      assert.deepEqual(proxyOf(pod).args, builtIn.args);
    });
  }

  const patched = (fields: object): Container =>
    proxyOf(overlaid({ spec: { initContainers: [{ name: "outrigger-proxy", ...fields }] } }).pod);

  test("null takes a field away, another handler replaces ours", () => {
    assert.equal(patched({ readinessProbe: null }).readinessProbe, undefined);
    assert.deepEqual(patched({ lifecycle: { preStop: { sleep: { seconds: 5 } } } }).lifecycle, {
      preStop: { sleep: { seconds: 5 } },
    });
  });

  test("$patch: replace gives a container of the overlay's alone", () => {
    const proxy = patched({ $patch: "replace", image: "mine" });
    assert.deepEqual(proxy, { name: "outrigger-proxy", image: "mine", restartPolicy: "Always" });
  });

  test("the user's own fields win over the overlay's, and the overlay's over ours", () => {
    const overlay = { spec: { containers: [{ name: "outrigger-proxy", image: "overlay", workingDir: "/o" }] } };
    const declared = { name: "outrigger-proxy", image: "user" };
    const { pod } = overlaid(overlay, podWith(byName, { containers: [app, declared] }));
    const proxy = proxyOf(pod) as Container & { readonly workingDir?: string };
    assert.deepEqual([proxy.image, proxy.workingDir], ["user", "/o"]);
    const auto = overlaid(overlay, podWith(byName, { containers: [app, { ...declared, image: "auto" }] }));
    assert.equal(proxyOf(auto.pod).image, "overlay");
  });

  test("a second pass tells the overlay's fields from the user's", () => {
    const context = contextWith({
      overlays: { it: { spec: { containers: [{ name: "outrigger-proxy", image: "overlay" }] } } },
    });
    const once = inject(podWith(byName), context).pod;
    assert.deepEqual(inject(once, context).pod, once);
    const without = { ...once.metadata?.annotations, ...ours({ overlays: "" }) };
    const { pod } = inject({ ...once, metadata: { ...once.metadata, annotations: without } }, context);
    assert.equal(proxyOf(pod).image, builtIn.image);
  });
});

suite("which overlays, and in what order", () => {
  const label = (text: string): object => ({ metadata: { labels: { who: text } } });
  const overlays = { one: label("one"), two: label("two") };
  const who = (annotation: string | undefined, defaults = {}): string | undefined =>
    inject(
      podWith(annotation === undefined ? {} : ours({ overlays: annotation })),
      contextWith({ overlays, proxy: { defaults } }),
    ).pod.metadata?.labels?.["who"];

  test("those of the annotation, the later one wins", () => {
    assert.deepEqual([who("one,two"), who("two,one"), who("")], ["two", "one", undefined]);
  });

  test("the mesh config's list unless the annotation says otherwise", () => {
    const defaults = { overlays: "one" };
    assert.deepEqual([who(undefined, defaults), who("two", defaults), who("", defaults)], ["one", "two", undefined]);
  });
});

suite("a bad overlay", () => {
  // The config's loader refuses what is wrong by itself; these are wrong only for the pod at hand.
  for (const [name, overlay, path] of [
    ["a text for an object", { spec: { securityContext: "x" } }, "mesh config overlays.it spec.securityContext"],
    [
      "an unknown directive",
      { spec: { containers: [{ name: "outrigger-proxy", $patch: "x" }] } },
      "mesh config overlays.it $patch",
    ],
    [
      "our container taken out",
      { spec: { containers: [{ name: "outrigger-proxy", $patch: "delete" }] } },
      "mesh config overlays.it $patch",
    ],
    [
      "a number for our arguments",
      { spec: { containers: [{ name: "outrigger-init", args: 1 }] } },
      "mesh config overlays.it outrigger-init.args",
    ],
    [
      "a port that is none",
      { spec: { containers: [{ name: "app", ports: [1] }] } },
      "mesh config overlays.it spec.containers[0].ports[0]",
    ],
    [
      "a label that is a number",
      { metadata: { labels: { a: 1 } } },
      'mesh config overlays.it pod.metadata.labels["a"]',
    ],
  ] as const) {
    test(`${name} refuses the pod and names overlay and place`, () => {
      const pod = podWith(byName, { securityContext: { fsGroup: 1 } });
      const problems = refuse(pod, contextWith({ overlays: { it: overlay } }));
      assert.equal(problems[0]?.path, path);
    });
  }

  test("an overlay cannot write our own labels and annotations, which are read before it", () => {
    const text = `
overlays:
  it:
    metadata:
      annotations: { outrigger.dev/proxy-log-level: debug, other: fine }
      labels: { outrigger.dev/inject: "true" }
`;
    const result = parseMeshConfig(text, validateDefaults);
    assert.deepEqual(result.ok ? [] : result.problems.map(({ message }) => message.split(" has no")[0]), [
      '"outrigger.dev/inject"',
      '"outrigger.dev/proxy-log-level"',
    ]);
  });
});
