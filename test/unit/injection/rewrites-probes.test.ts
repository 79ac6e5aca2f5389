/**
 * Probes and lifecycle hooks: what the kubelet asks afterwards, and what Envoy asks the application in its place.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ProbeTarget } from "../../../src/envoy/bootstrap-input.ts";
import { rewriteProbes } from "../../../src/injection/rewrite-probes.ts";
import type { Container, Pod } from "../../../src/kubernetes/pod.ts";
import { app, appPod, bootstrapOf, contextWith, inject, ours, podWith } from "../../injected-pods.ts";

const capture = inject(podWith()).settings.capture;

/** What comes of one container with these fields. */
function rewritten(fields: object): {
  readonly container: Container;
  readonly targets: readonly ProbeTarget[];
  readonly warnings: readonly string[];
} {
  const { containers, targets, warnings } = rewriteProbes([{ ...app, ...fields }], capture);
  const [container] = containers;
  assert.ok(container);
  return { container, targets, warnings };
}

const defaults = { host: undefined, timeoutSeconds: 1 };
const kubeletAsks = (route: string, more: object = {}): object => ({
  httpGet: { path: `/app-health/app/${route}`, port: 15_020, scheme: "HTTP", ...more },
});

const probeSlots = [
  ["readinessProbe", "readyz"],
  ["livenessProbe", "livez"],
  ["startupProbe", "startupz"],
] as const;

suite("probes", () => {
  for (const [slot, route] of probeSlots) {
    const base = { ...defaults, route: `/app-health/app/${route}` };

    test(`${slot} by HTTP`, () => {
      const probe = { httpGet: { path: "/healthy?deep=1", port: 8080 }, periodSeconds: 3, failureThreshold: 7 };
      const { container, targets } = rewritten({ [slot]: probe });
      assert.deepEqual(container[slot], { ...kubeletAsks(route), periodSeconds: 3, failureThreshold: 7 });
      const target = {
        kind: "http",
        ...base,
        port: 8080,
        scheme: "HTTP",
        path: "/healthy?deep=1",
        ownHostHeader: false,
      };
      assert.deepEqual(targets, [target]);
    });

    test(`${slot} by TCP becomes an HTTP probe, as a captured port accepts every connection`, () => {
      const { container, targets } = rewritten({ [slot]: { tcpSocket: { port: 9000 }, periodSeconds: 20 } });
      assert.deepEqual(container[slot], { ...kubeletAsks(route), periodSeconds: 20 });
      assert.deepEqual(targets, [{ kind: "tcp", ...base, port: 9000, periodSeconds: 20 }]);
    });

    test(`${slot} by gRPC becomes an HTTP probe`, () => {
      const { container, targets } = rewritten({ [slot]: { grpc: { port: 9000, service: "shop.Cart" } } });
      assert.deepEqual(container[slot], kubeletAsks(route));
      assert.deepEqual(targets, [{ kind: "grpc", ...base, port: 9000, periodSeconds: 10, service: "shop.Cart" }]);
    });

    test(`${slot} by command is no business of the network's`, () => {
      const probe = { exec: { command: ["true"] } };
      const { container, targets } = rewritten({ [slot]: probe });
      assert.deepEqual([container[slot], targets], [probe, []]);
    });
  }

  test("a gRPC probe without a service asks for the whole server", () => {
    const [target] = rewritten({ livenessProbe: { grpc: { port: 9000 } } }).targets;
    assert.equal(target?.kind === "grpc" && target.service, "");
  });
});

suite("lifecycle hooks", () => {
  for (const [slot, route] of [
    ["postStart", "poststart"],
    ["preStop", "prestop"],
  ] as const) {
    test(`${slot} by HTTP, with all the time that the kubelet gives it`, () => {
      const { container, targets } = rewritten({ lifecycle: { [slot]: { httpGet: { port: "http", path: "stop" } } } });
      assert.deepEqual(container.lifecycle, { [slot]: kubeletAsks(route) });
      const [target] = targets;
      assert.deepEqual([target?.port, target?.timeoutSeconds], [8080, 3600]);
      assert.equal(target?.kind === "http" && target.path, "/stop");
    });

    for (const handler of [{ exec: { command: ["x"] } }, { sleep: { seconds: 3 } }, { tcpSocket: { port: 8080 } }]) {
      test(`${slot} by ${Object.keys(handler).join()} stays as it is`, () => {
        const { container, targets } = rewritten({ lifecycle: { [slot]: handler } });
        assert.deepEqual([container.lifecycle, targets], [{ [slot]: handler }, []]);
      });
    }
  }

  test("beside others that stay", () => {
    const lifecycle = {
      preStop: { httpGet: { port: 8080 } },
      postStart: { exec: { command: ["x"] } },
      stopSignal: "SIGUSR1",
    };
    const { container } = rewritten({ lifecycle });
    assert.deepEqual(container.lifecycle, { ...lifecycle, preStop: kubeletAsks("prestop") });
  });
});

suite("what the kubelet would have asked is what Envoy asks", () => {
  const httpTarget = (httpGet: object, more: object = {}): ProbeTarget | undefined =>
    rewritten({ livenessProbe: { httpGet: { port: 8080, ...httpGet }, ...more } }).targets[0];

  for (const [name, httpGet, expected] of [
    ["scheme HTTPS", { scheme: "HTTPS" }, { scheme: "HTTPS" }],
    ["a host by IP", { host: "10.1.2.3" }, { host: "10.1.2.3" }],
    ["a host by IPv6", { host: "fd00::1" }, { host: "fd00::1" }],
    ["a host by name", { host: "db.example" }, { host: "db.example" }],
    ["localhost needs no resolver", { host: "localhost" }, { host: "127.0.0.1" }],
    ["an empty host is none", { host: "" }, { host: undefined }],
    ["no path at all", {}, { path: "/" }],
    ["a path without its slash", { path: "ready" }, { path: "/ready" }],
    ["a named port", { port: "http" }, { port: 8080 }],
    ["a port in digits", { port: "9090" }, { port: 9090 }],
    ["a Host header of its own", { httpHeaders: [{ name: "hOST", value: "shop.example" }] }, { ownHostHeader: true }],
    ["other headers", { httpHeaders: [{ name: "X-Probe", value: "1" }] }, { ownHostHeader: false }],
  ] as const) {
    test(name, () => {
      const target = httpTarget(httpGet) as unknown as Record<string, unknown>;
      for (const [field, value] of Object.entries(expected)) assert.equal(target[field], value);
    });
  }

  test("headers stay with the kubelet, which sends them on; the host does not", () => {
    const httpHeaders = [
      { name: "Host", value: "shop.example" },
      { name: "Authorization", value: "Bearer x" },
    ];
    const { container } = rewritten({ livenessProbe: { httpGet: { port: 8080, host: "10.1.2.3", httpHeaders } } });
    assert.deepEqual(container.livenessProbe, kubeletAsks("livez", { httpHeaders }));
  });

  for (const [given, expected] of [
    [undefined, 1],
    [0, 1],
    [30, 30],
    [-1, 1],
  ] as const) {
    test(`timeoutSeconds ${String(given)} is ${expected} for Envoy and stays as it is for the kubelet`, () => {
      const timeout = given === undefined ? {} : { timeoutSeconds: given };
      const { container, targets } = rewritten({ livenessProbe: { httpGet: { port: 8080 }, ...timeout } });
      assert.equal(targets[0]?.timeoutSeconds, expected);
      assert.equal(container.livenessProbe?.timeoutSeconds, given);
    });
  }
});

suite("left alone", () => {
  for (const [name, port] of [
    ["a name that the container does not declare", "metrics"],
    ["a name that another container declares", "other"],
    ["a name of Object's own", "constructor"],
  ] as const) {
    test(`${name}, with a warning`, () => {
      const probe = { httpGet: { port } };
      const { containers, targets, warnings } = rewriteProbes(
        [
          { ...app, readinessProbe: probe },
          { name: "b", ports: [{ name: "other", containerPort: 1 }] },
        ],
        capture,
      );
      assert.deepEqual(containers[0]?.readinessProbe, probe);
      assert.deepEqual(targets, []);
      assert.deepEqual(warnings, [
        `readinessProbe of container app names port "${port}", which the container does not declare; it is left as it is`,
      ]);
    });
  }

  // Rewritten, they would pass the API server's validation and fail in Envoy, where nobody looks.
  for (const [name, probe] of [
    ["port 0", { httpGet: { port: 0 } }],
    ["port 65536", { tcpSocket: { port: 65_536 } }],
    ["half a port", { grpc: { port: 80.5 } }],
    ["a negative port", { httpGet: { port: -1 } }],
    ["a port of many digits", { httpGet: { port: "9".repeat(30) } }],
    ["an unknown scheme", { httpGet: { port: 8080, scheme: "FTP" } }],
    ["two handlers", { httpGet: { port: 8080 }, tcpSocket: { port: 8080 } }],
    ["a command beside", { httpGet: { port: 8080 }, exec: { command: [] } }],
    ["a host that is none", { httpGet: { port: 8080, host: "a b\r\nX: y" } }],
    ["no handler", { periodSeconds: 1 }],
  ] as const) {
    test(`${name}: it is the API server that says what is wrong`, () => {
      const { container, targets, warnings } = rewritten({ livenessProbe: probe });
      assert.deepEqual([container.livenessProbe, targets, warnings], [probe, [], []]);
    });
  }

  test("a probe of the proxy's own application port that came with no status", () => {
    const probe = { httpGet: { path: "/app-health/app/livez", port: 15_020 } };
    const { container, targets, warnings } = rewritten({ livenessProbe: probe });
    assert.deepEqual([container.livenessProbe, targets], [probe, []]);
    assert.deepEqual(warnings, [
      "livenessProbe of container app asks the proxy for a probe that it does not know; write the original probe",
    ]);
  });

  const probed = { readinessProbe: { httpGet: { port: 8080 } } };
  for (const [name, annotations] of [
    ["a port that is excluded from capture", { "exclude-inbound-ports": "8000-8100" }],
    ["a port that is not included", { "include-inbound-ports": "80" }],
    ["no interception", { "interception-mode": "none" }],
    ["rewrite-probes: false", { "rewrite-probes": "false" }],
  ] as const) {
    test(name, () => {
      const { pod } = inject(appPod(probed, ours(annotations)));
      assert.deepEqual(pod.spec.containers[0]?.readinessProbe, probed.readinessProbe);
      assert.doesNotMatch(JSON.stringify(bootstrapOf(pod)), /app-health/);
    });
  }

  test("null where something may stand is nothing", () => {
    const nulls = { livenessProbe: null, lifecycle: null, ports: null, readinessProbe: { httpGet: null } };
    const pod = appPod(nulls);
    assert.deepEqual(inject(pod).pod.spec.containers, pod.spec.containers);
    const probe = { httpGet: { port: 8080, path: null, host: null, scheme: null, httpHeaders: null } };
    const target = rewritten({ livenessProbe: probe }).targets[0];
    assert.equal(target?.kind === "http" && target.path, "/");
  });
});

suite("in the pod", () => {
  const probe = { httpGet: { port: 8080, path: "/ok" } };

  test("each container's probe has its own route, which Envoy's bootstrap knows", () => {
    const { pod } = inject(
      podWith(
        {},
        {
          containers: [
            { ...app, livenessProbe: probe },
            { ...app, name: "b", livenessProbe: probe },
          ],
        },
      ),
    );
    const bootstrap = JSON.stringify(bootstrapOf(pod));
    for (const name of ["app", "b"]) assert.ok(bootstrap.includes(`/app-health/${name}/livez`));
  });

  test("native sidecars of the user's, which are init containers, are rewritten too", () => {
    const helper = { name: "helper", image: "h", restartPolicy: "Always", startupProbe: { tcpSocket: { port: 7000 } } };
    const { pod } = inject(podWith({}, { initContainers: [helper] }));
    const rewrittenHelper = pod.spec.initContainers?.find(({ name }) => name === "helper");
    assert.equal(rewrittenHelper?.startupProbe?.httpGet?.path, "/app-health/helper/startupz");
    assert.ok(JSON.stringify(bootstrapOf(pod)).includes("/app-health/helper/startupz"));
  });

  test("the warnings come with the outcome, and tproxy and mesh mode rewrite as well", () => {
    const unknown: Pod = appPod({ readinessProbe: { httpGet: { port: "nope" } } });
    assert.equal(inject(unknown).warnings.length, 1);
    const tproxy = inject(appPod({ livenessProbe: probe }, ours({ "interception-mode": "tproxy" })));
    const mesh = inject(appPod({ livenessProbe: probe }), contextWith({ mode: "mesh" }));
    for (const { pod } of [tproxy, mesh]) {
      assert.equal(pod.spec.containers[0]?.livenessProbe?.httpGet?.port, 15_020);
      assert.ok(JSON.stringify(bootstrapOf(pod)).includes("/app-health/app/livez"));
    }
  });
});
