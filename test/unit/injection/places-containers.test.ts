/**
 * Who stands where in the pod: native and classic sidecars, with and without holding the application back.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  app,
  classicContext,
  contextWith,
  inject,
  initOf,
  namesOf,
  ours,
  podWith,
  proxyOf,
} from "../../injected-pods.ts";

const migrate = { name: "migrate", image: "m" };
const two = { containers: [app, { ...app, name: "b" }], initContainers: [migrate] };

suite("a native sidecar", () => {
  test("comes first, then the capture, then the user's init containers, which so have a network", () => {
    const { pod } = inject(podWith({}, two));
    assert.deepEqual(namesOf(pod), { init: ["outrigger-proxy", "outrigger-init", "migrate"], main: ["app", "b"] });
    assert.equal(proxyOf(pod).restartPolicy, "Always");
    assert.equal(initOf(pod)?.restartPolicy, undefined);
    assert.equal(proxyOf(pod).lifecycle?.postStart, undefined);
  });

  test("is waited for by the init container, and by no probe", () => {
    const { pod } = inject(podWith());
    const variables = initOf(pod)?.env ?? [];
    assert.deepEqual(variables.at(-1), { name: "OUTRIGGER_WAIT_FOR", value: "http://127.0.0.1:15000/ready" });
    assert.equal(proxyOf(pod).startupProbe, undefined);
  });

  test("needs no init container where nothing is captured: a startup probe is what follows waits for", () => {
    const { pod } = inject(podWith(ours({ "interception-mode": "none" }), two));
    assert.deepEqual(namesOf(pod), { init: ["outrigger-proxy", "migrate"], main: ["app", "b"] });
    const { startupProbe } = proxyOf(pod);
    assert.deepEqual(startupProbe?.httpGet, { path: "/healthz/ready", port: 15_021, scheme: "HTTP" });
  });
});

suite("a classic sidecar", () => {
  test("comes first and holds the application back", () => {
    const { pod } = inject(podWith({}, two), classicContext());
    assert.deepEqual(namesOf(pod), { init: ["outrigger-init", "migrate"], main: ["outrigger-proxy", "app", "b"] });
    assert.equal(proxyOf(pod).restartPolicy, undefined);
    const command = proxyOf(pod).lifecycle?.postStart?.exec?.command.join(" ") ?? "";
    assert.match(command, /until .* http:\/\/127.0.0.1:15000\/ready; do .* sleep/);
  });

  test("brings along what its hook runs: the init container leaves it in a shared volume", () => {
    const { pod } = inject(podWith(), classicContext());
    const mount = { name: "outrigger-hold", mountPath: "/var/run/outrigger-hold" };
    assert.deepEqual(initOf(pod)?.volumeMounts, [mount]);
    assert.deepEqual(proxyOf(pod).volumeMounts, [{ ...mount, readOnly: true }]);
    assert.deepEqual(pod.spec.volumes, [{ name: "outrigger-hold", emptyDir: { sizeLimit: "8Mi" } }]);
    const variables = initOf(pod)?.env ?? [];
    assert.ok(variables.some(({ name, value }) => name === "OUTRIGGER_HOLD_DIRECTORY" && value === mount.mountPath));
    assert.ok(!variables.some(({ name }) => name === "OUTRIGGER_WAIT_FOR"), "the proxy comes after it");
  });

  test("that does not hold comes last, with no volume and no hook", () => {
    const { pod } = inject(podWith(ours({ "hold-application": "false" }), two), classicContext());
    assert.deepEqual(namesOf(pod), { init: ["outrigger-init", "migrate"], main: ["app", "b", "outrigger-proxy"] });
    assert.equal(pod.spec.volumes, undefined);
    assert.equal(proxyOf(pod).lifecycle?.postStart, undefined);
  });

  test("that captures nothing still needs its init container to hold", () => {
    const nothing = ours({ "interception-mode": "none" });
    assert.deepEqual(namesOf(inject(podWith(nothing), classicContext()).pod).init, ["outrigger-init"]);
    const nobody = ours({ "interception-mode": "none", "hold-application": "false" });
    const { pod } = inject(podWith(nobody), classicContext());
    assert.deepEqual(namesOf(pod), { init: [], main: ["app", "outrigger-proxy"] });
    assert.ok(!("initContainers" in pod.spec));
  });

  test("can be asked for where there are native ones", () => {
    const { pod } = inject(podWith(ours({ "native-sidecar": "false" })), contextWith());
    assert.deepEqual(namesOf(pod).main, ["outrigger-proxy", "app"]);
  });
});

suite("pods that are meant to end", () => {
  for (const restartPolicy of ["Never", "OnFailure"]) {
    test(`${restartPolicy}: a classic sidecar is warned of, a native one is not`, () => {
      const pod = podWith({}, { restartPolicy });
      assert.deepEqual(inject(pod, classicContext()).warnings, [
        "the pod is meant to end, but a sidecar that is not native keeps it running; use native sidecars",
      ]);
      assert.deepEqual(inject(pod).warnings, []);
    });
  }
});

suite("stopping", () => {
  for (const restartPolicy of ["Never", "OnFailure"]) {
    test(`${restartPolicy}: the drain is short, as the Job waits for it, unless somebody asks for more`, () => {
      const drainOf = (annotations: Readonly<Record<string, string>>): string | undefined => {
        const { args = [] } = proxyOf(inject(podWith(annotations, { restartPolicy })).pod);
        return args[args.indexOf("--drain-time-s") + 1];
      };
      assert.equal(drainOf({}), "1");
      assert.equal(drainOf(ours({ "drain-seconds": "5" })), "5");
    });
  }

  test("the proxy drains on a path that differs by workload and namespace, and is secret", () => {
    const pathOf = (context = contextWith(), namespace = "shop"): string | undefined =>
      proxyOf(
        inject(podWith(), context, {
          name: namespace,
          labels: { "outrigger.dev/injection": "enabled" },
          annotations: {},
        }).pod,
      ).lifecycle?.preStop?.httpGet?.path;
    assert.match(pathOf() ?? "", /^\/drain\/[0-9a-f]{32}$/);
    assert.notEqual(pathOf(), pathOf(contextWith({}, { drainKey: "other" })));
    assert.notEqual(pathOf(), pathOf(contextWith(), "other"));
    assert.equal(pathOf(), pathOf());
  });
});

suite("written on the pod", () => {
  test("label, default container, status", () => {
    const { metadata } = inject(podWith({ mine: "1" }, two)).pod;
    assert.equal(metadata?.labels?.["outrigger.dev/injected"], "true");
    assert.equal(metadata.labels["app"], "web");
    assert.deepEqual(Object.keys(metadata.annotations ?? {}), [
      "mine",
      "kubectl.kubernetes.io/default-container",
      "outrigger.dev/status",
    ]);
    assert.equal(metadata.annotations?.["kubectl.kubernetes.io/default-container"], "app");
    assert.equal(metadata.annotations["mine"], "1");
  });

  test("a default container that the user chose stays", () => {
    const chosen = { "kubectl.kubernetes.io/default-container": "b" };
    assert.equal(
      inject(podWith(chosen, two)).pod.metadata?.annotations?.["kubectl.kubernetes.io/default-container"],
      "b",
    );
  });

  test("the status tells version, config and what was added", () => {
    const context = contextWith({ mode: "mesh", proxy: { imagePullSecrets: ["registry"] } });
    const text = inject(podWith(), context).pod.metadata?.annotations?.["outrigger.dev/status"] ?? "";
    const { version, config, volumes, imagePullSecrets, labels, annotations } = JSON.parse(text) as Record<
      string,
      unknown
    >;
    assert.deepEqual([version, config], ["1.2.3", context.configHash]);
    assert.deepEqual([volumes, imagePullSecrets], [["outrigger-identity"], ["registry"]]);
    assert.deepEqual(labels, ["outrigger.dev/injected"]);
    assert.deepEqual(annotations, { "kubectl.kubernetes.io/default-container": "app" });
  });
});
