/**
 * Containers of our names that the user declares: their fields win over the built-in ones, in whichever list they stand.
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
  refuse,
} from "../../injected-pods.ts";
import { throughApiServer } from "../../through-api-server.ts";

const builtIn = proxyOf(inject(podWith()).pod);

/** The pod with a declared proxy in one of the two lists. */
function declaring(fields: object, list: "containers" | "initContainers" = "containers", name = "outrigger-proxy") {
  const declared = { name, image: "auto", ...fields };
  return list === "containers"
    ? podWith({}, { containers: [app, declared] })
    : podWith({}, { initContainers: [declared] });
}

for (const list of ["containers", "initContainers"] as const) {
  suite(`a proxy declared among ${list}`, () => {
    test("stands where the sidecar belongs, natively and classically", () => {
      assert.deepEqual(namesOf(inject(declaring({}, list)).pod), {
        init: ["outrigger-proxy", "outrigger-init"],
        main: ["app"],
      });
      assert.deepEqual(namesOf(inject(declaring({}, list), classicContext()).pod), {
        init: ["outrigger-init"],
        main: ["outrigger-proxy", "app"],
      });
    });

    test("with image auto and nothing else is ours", () => {
      assert.deepEqual(proxyOf(inject(declaring({}, list)).pod), builtIn);
    });

    test("with image auto keeps our pull policy, though the API server takes that image for a latest one", () => {
      const never = contextWith({ proxy: { imagePullPolicy: "Never" } });
      assert.equal(proxyOf(inject(throughApiServer(declaring({}, list)), never).pod).imagePullPolicy, "Never");
      const said = declaring({ imagePullPolicy: "IfNotPresent" }, list);
      assert.equal(proxyOf(inject(throughApiServer(said), never).pod).imagePullPolicy, "IfNotPresent");
    });

    test("with an image of its own has that image's pull policy", () => {
      const pod = throughApiServer(declaring({ image: "my/envoy:latest" }, list));
      assert.equal(proxyOf(inject(pod).pod).imagePullPolicy, "Always");
    });

    test("its fields win, and what it does not say stays ours", () => {
      const { pod } = inject(
        declaring(
          {
            image: "my/envoy:1",
            resources: { requests: { cpu: "123m" }, limits: { memory: "1Gi" } },
            securityContext: { runAsUser: 1234 },
            env: [{ name: "EXTRA", value: "1" }],
            args: ["--help"],
            terminationMessagePolicy: "FallbackToLogsOnError",
          },
          list,
        ),
      );
      const proxy = proxyOf(pod) as typeof builtIn & { readonly terminationMessagePolicy?: string };
      assert.equal(proxy.image, "my/envoy:1");
      assert.deepEqual(proxy.resources, {
        requests: { cpu: "123m", memory: "64Mi", "ephemeral-storage": "16Mi" },
        limits: { "ephemeral-storage": "128Mi", memory: "1Gi" },
      });
      assert.equal(proxy.securityContext?.runAsUser, 1234);
      assert.equal(proxy.securityContext.readOnlyRootFilesystem, true);
      assert.ok(proxy.env?.some(({ name }) => name === "EXTRA") && proxy.env.some(({ name }) => name === "POD_IP"));
      assert.deepEqual(proxy.args, ["--help"]);
      assert.equal(proxy.terminationMessagePolicy, "FallbackToLogsOnError");
      assert.deepEqual(proxy.readinessProbe, builtIn.readinessProbe);
    });
  });
}

suite("a declared init container", () => {
  test("is merged over ours", () => {
    const { pod } = inject(declaring({ resources: { limits: { cpu: "1" } } }, "initContainers", "outrigger-init"));
    assert.equal(initOf(pod)?.resources?.limits?.["cpu"], "1");
    assert.ok(initOf(pod)?.env?.some(({ name }) => name === "OUTRIGGER_IPTABLES_V4"));
    assert.deepEqual(namesOf(pod).init, ["outrigger-proxy", "outrigger-init"]);
  });

  test("that is not needed is left out, with a warning", () => {
    const pod = declaring({ resources: { limits: { cpu: "1" } } }, "initContainers", "outrigger-init");
    const outcome = inject({ ...pod, metadata: { annotations: ours({ "interception-mode": "none" }) } });
    assert.deepEqual(namesOf(outcome.pod).init, ["outrigger-proxy"]);
    assert.deepEqual(outcome.warnings, [
      "the pod declares outrigger-init and needs none, as no traffic is captured; it is left out",
    ]);
  });
});

suite("a probe or hook of another kind replaces ours, since two would be refused", () => {
  for (const [name, fields, expected] of [
    ["readinessProbe", { tcpSocket: { port: 15_021 } }, { tcpSocket: { port: 15_021 } }],
    ["startupProbe", { exec: { command: ["x"] } }, { exec: { command: ["x"] } }],
  ] as const) {
    test(name, () => {
      const probe = proxyOf(inject(declaring({ [name]: fields }), classicContext()).pod)[name];
      assert.deepEqual({ ...probe, ...expected }, probe);
      assert.equal(probe?.httpGet, undefined);
      assert.equal(probe?.successThreshold, 1);
    });
  }

  test("preStop: sleep, and postStart of a classic sidecar", () => {
    const lifecycle = { preStop: { sleep: { seconds: 9 } }, postStart: { httpGet: { port: 1 } } };
    assert.deepEqual(proxyOf(inject(declaring({ lifecycle }), classicContext()).pod).lifecycle, lifecycle);
  });

  test("of the same kind is merged field by field", () => {
    const readinessProbe = { httpGet: { path: "/x", port: 15_021 }, periodSeconds: 1 };
    const merged = proxyOf(inject(declaring({ readinessProbe })).pod).readinessProbe;
    assert.deepEqual(merged, {
      ...builtIn.readinessProbe,
      periodSeconds: 1,
      httpGet: { path: "/x", port: 15_021, scheme: "HTTP" },
    });
  });
});

suite("a declared container that cannot be", () => {
  for (const [name, spec, message] of [
    [
      "twice",
      { containers: [app, { name: "outrigger-proxy" }], initContainers: [{ name: "outrigger-proxy" }] },
      "container outrigger-proxy is declared 2 times",
    ],
    [
      "three times",
      { containers: [app, { name: "outrigger-proxy" }, { name: "outrigger-proxy" }, { name: "outrigger-proxy" }] },
      "container outrigger-proxy is declared 3 times",
    ],
    [
      "the init container among the containers",
      { containers: [app, { name: "outrigger-init" }] },
      "the name outrigger-init is taken by a container that is no init container",
    ],
    ["no application", { containers: [{ name: "outrigger-proxy" }] }, "the pod has no container beside the sidecar's"],
  ] as const) {
    test(name, () => {
      const [problem] = refuse(podWith({}, spec));
      assert.equal(problem?.message, message);
    });
  }

  test("whose field has the wrong kind is named with its path", () => {
    const [problem] = refuse(declaring({ resources: [] }));
    assert.match(problem?.path ?? "", /^container outrigger-proxy resources/);
  });

  test("that asks to be taken out", () => {
    const [problem] = refuse(declaring({ $patch: "delete" }));
    assert.match(problem?.message ?? "", /cannot be taken out/);
  });

  test("null is what YAML makes of a key without a value, and says nothing", () => {
    const fields = { resources: null, args: null, env: null, ports: null, lifecycle: null, image: null };
    assert.deepEqual(proxyOf(inject(declaring(fields)).pod), builtIn);
  });
});

test("whether it is a native sidecar is not for the declared container to say", () => {
  assert.equal(proxyOf(inject(declaring({ restartPolicy: "Always" }), classicContext()).pod).restartPolicy, undefined);
  assert.equal(proxyOf(inject(declaring({ restartPolicy: "Never" }), contextWith()).pod).restartPolicy, "Always");
});
