/**
 * The status annotation, forged in every way: never a crash, never anything taken out of the pod that is not ours, and
 * told where it is not one that we wrote.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { uninjectPod } from "../../../src/injection/uninject.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { app, inject, namesOf, podWith, proxyOf, statusOf } from "../../injected-pods.ts";

const genuine = statusOf(inject(podWith()).pod);
const original = genuine["original"] as Record<string, unknown>;
const told = "annotation outrigger.dev/status is not one that Outrigger wrote for this pod and is ignored";

/** A pod with a container of our proxy's name and this status. */
function forged(status: string, spec: object = {}): Pod {
  return podWith(
    { "outrigger.dev/status": status },
    { containers: [app, { name: "outrigger-proxy", image: "auto" }], volumes: [{ name: "data" }], ...spec },
  );
}

const mesh = { interceptionMode: "redirect", includeInboundPorts: "*", excludeInboundPorts: "", opaquePorts: "" };

const placed = (container: unknown, more: object = {}): object => ({
  original: { ...original, proxy: { list: "containers", index: 0, container, ...more } },
});

/** Not of the exact shape that we write: each is ignored, and told. */
const misshapen: readonly (readonly [string, unknown])[] = [
  ["empty", ""],
  ["no JSON", "{"],
  ["null", null],
  ["a number", 1],
  ["a text", "x"],
  ["a list", []],
  ["an empty object", {}],
  ["Istio's own forgery", { containers: [1] }],
  ["Istio's other forgery", { containers: ["app"], initContainers: ["app"] }],
  ...Object.keys(genuine).map((key): readonly [string, unknown] => {
    const { [key]: _left, ...rest } = genuine;
    return [`without ${key}`, rest];
  }),
  ...Object.keys(genuine).flatMap((key): readonly (readonly [string, unknown])[] => [
    [`${key} null`, { ...genuine, [key]: null }],
    [`${key} a number`, { ...genuine, [key]: 7 }],
    [`${key} a list of numbers`, { ...genuine, [key]: [1] }],
    [`${key} nested`, { ...genuine, [key]: { a: { b: [1] } } }],
  ]),
  ["a mesh that says nothing", { ...genuine, mesh: {} }],
  ["a mesh with ports that are none", { ...genuine, mesh: { ...mesh, opaquePorts: "http" } }],
  ["a mesh with a mode that is none", { ...genuine, mesh: { ...mesh, interceptionMode: "some" } }],
  ["volumes of the application", { ...genuine, volumes: ["data"] }],
  ["volumes almost like ours", { ...genuine, volumes: ["outrigger-identity-x"] }],
  ["labels of the application", { ...genuine, labels: ["app"] }],
  ["annotations of the application", { ...genuine, annotations: { mine: "1" } }],
  ["annotations to put back", { ...genuine, original: { ...original, annotations: { mine: "1" } } }],
  ["handlers of another kind", { ...genuine, original: { ...original, handlers: { "app/livez": 1 } } }],
  ["handlers without a port", { ...genuine, original: { ...original, handlers: { "app/livez": { httpGet: {} } } } }],
  ["a declared proxy of another name", { ...genuine, ...placed({ name: "app" }) }],
  ["a declared proxy without a name", { ...genuine, ...placed({}) }],
  [
    "a declared proxy in no list",
    { ...genuine, ...placed({ name: "outrigger-proxy" }, { list: "ephemeralContainers" }) },
  ],
  ["a declared proxy at no index", { ...genuine, ...placed({ name: "outrigger-proxy" }, { index: 0.5 }) }],
  ["a declared proxy of another shape", { ...genuine, ...placed({ name: "outrigger-proxy", ports: 1 }) }],
  ["fingerprints that are none", { ...genuine, proxy: { image: 1 } }],
];

suite("a status that we cannot have written is ignored, and told", () => {
  for (const [name, status] of misshapen) {
    test(name, () => {
      const pod = forged(typeof status === "string" ? status : JSON.stringify(status));
      const outcome = inject(pod);
      assert.equal(outcome.reason, "namespace-enabled");
      assert.deepEqual(outcome.warnings, [told]);
      assert.deepEqual(outcome.pod.spec.containers, [app]);
      assert.deepEqual(outcome.pod.spec.volumes, [{ name: "data" }]);
      assert.equal(statusOf(outcome.pod)["version"], "1.2.3", "and is replaced by a true one");
      assert.deepEqual(uninjectPod(pod), { ok: true, value: pod });
    });
  }
});

suite("a status of the right shape", () => {
  test("without our sidecar is ignored, and told", () => {
    const outcome = inject(podWith({ "outrigger.dev/status": JSON.stringify(genuine) }));
    assert.deepEqual([outcome.reason, outcome.warnings], ["namespace-enabled", [told]]);
  });

  test("copied from another pod, with its sidecar, gives that pod's sidecar its place", () => {
    const { pod } = inject(forged(JSON.stringify(genuine)));
    assert.deepEqual(namesOf(pod), { init: ["outrigger-proxy", "outrigger-init"], main: ["app"] });
  });

  for (const [name, status] of [
    ["volumes that are not there", { ...genuine, volumes: ["outrigger-identity-7", "outrigger-hold"] }],
    [
      "handlers of containers that are not there",
      { ...genuine, original: { ...original, handlers: { "x/livez": {} } } },
    ],
    ["prototype keys", `{"__proto__": {"polluted": 1}, ${JSON.stringify(genuine).slice(1)}`],
    [
      "prototype keys further down",
      JSON.stringify({ ...genuine, proxy: {} }).replace('"proxy":{}', '"proxy":{"__proto__":"x","constructor":"y"}'),
    ],
    ["a list as long as a pod can be", { ...genuine, imagePullSecrets: Array.from({ length: 10_000 }, () => "x") }],
    ["more than we write", { ...genuine, more: [1] }],
    ["fingerprints of fields that are not there", { ...genuine, proxy: { nonsense: "00000000" } }],
  ] as const) {
    test(`with ${name} does no harm`, () => {
      const outcome = inject(forged(typeof status === "string" ? status : JSON.stringify(status)));
      assert.deepEqual(outcome.pod.spec.containers, [app]);
      assert.deepEqual(outcome.pod.spec.volumes, [{ name: "data" }]);
      assert.equal(proxyOf(outcome.pod).image, "docker.io/envoyproxy/envoy:distroless-v1.40.0");
      assert.equal((Object.prototype as { polluted?: unknown }).polluted, undefined);
    });
  }

  test("deeper than any parser's stack is ignored", () => {
    assert.deepEqual(inject(forged(`{"version":${"[".repeat(100_000)}`)).warnings, [told]);
  });
});
