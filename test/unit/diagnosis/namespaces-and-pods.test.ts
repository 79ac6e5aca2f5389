import assert from "node:assert/strict";
import { test } from "node:test";
import { absent, known } from "../../../src/diagnosis/attempt.ts";
import { checkNamespaces } from "../../../src/diagnosis/checks/namespaces.ts";
import { checkPods } from "../../../src/diagnosis/checks/pods.ts";
import { inspectPod } from "../../../src/diagnosis/inspect-pod.ts";
import type { SidecarState } from "../../../src/diagnosis/inspect-pod.ts";
import { referenceOf } from "../../../src/diagnosis/reference.ts";
import { surveyPods } from "../../../src/diagnosis/survey-pods.ts";
import type { NamespaceView } from "../../../src/injection/outcome.ts";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { injectPod } from "../../../src/injection/inject.ts";
import { contextWith, namespaceWith, podWith } from "../../injected-pods.ts";

const context = contextWith();
const reference = { version: context.version, configHash: context.configHash };
const shop = namespaceWith();

function named(name: string, labels: Readonly<Record<string, string>>, annotations = {}): NamespaceView {
  return { name, labels, annotations };
}

function injected(pod: Pod, changes: Partial<typeof context> = {}): Pod {
  const outcome = injectPod(pod, shop, { ...context, ...changes });
  return outcome.result === "injected" ? outcome.pod : assert.fail(outcome.reason);
}

const older = contextWith({ failureMode: "deny" });

const states: readonly (readonly [string, Pod, NamespaceView, SidecarState, readonly RegExp[]])[] = [
  ["a sidecar of today", injected(podWith()), shop, "current", []],
  ["one of another version", injected(podWith(), { version: "1.2.2" }), shop, "stale", [/version 1\.2\.2.*is 1\.2\.3/]],
  ["one of another mesh config", injected(podWith(), older), shop, "stale", [/mesh config .* now it is/]],
  ["one that is not wanted any more", injected(podWith()), namespaceWith({}, {}), "leftover", []],
  ["none, in an enabled namespace", podWith(), shop, "missing", []],
  ["none, in another namespace", podWith(), namespaceWith({}, {}), "none", []],
  ["none, where the pod opts out", podWith({}, {}, { "outrigger.dev/inject": "false" }), shop, "none", []],
  ["none, and a wrong annotation", podWith({ "outrigger.dev/drain-seconds": "soon" }), shop, "refused", []],
  // Whoever writes a status gains nothing by it.
  ["a forged status", podWith({ "outrigger.dev/status": "{}" }), shop, "missing", []],
];

for (const [what, pod, namespace, state, because] of states) {
  test(`${what} is ${state}`, () => {
    const finding = inspectPod(pod, { namespace, context, reference });
    assert.equal(finding.state, state);
    assert.equal(finding.staleBecause.length, because.length);
    for (const [index, pattern] of because.entries()) assert.match(finding.staleBecause[index] ?? "", pattern);
  });
}

test("a pod with a sidecar is explained by what was decided before it came", () => {
  const finding = inspectPod(injected(podWith()), { namespace: shop, context, reference });
  assert.equal(finding.outcome.reason, "namespace-enabled");
});

test("the webhook's own word comes before what is worked out, and nothing is made of another version's hash", () => {
  const worked = { version: "2.0.0", configHash: "mine" };
  const probe = { state: "injected", version: "1.0.0", configHash: "its" } as const;
  assert.deepEqual(referenceOf(probe, worked, "2.0.0"), { version: "1.0.0", configHash: "its" });
  assert.deepEqual(referenceOf({ state: "untouched" }, worked, "2.0.0"), worked);
  assert.deepEqual(referenceOf(undefined, worked, "3.0.0"), { version: "2.0.0", configHash: undefined });
});

test("pods are counted by workload, with what is wrong with them", async () => {
  const pods = [
    injected(podWith()),
    injected(podWith(), { version: "1.0.0" }),
    podWith(),
    podWith(),
    podWith({ "outrigger.dev/acess-log": "all" }, {}, { "outrigger.dev/inject": "false" }),
    podWith({ "outrigger.dev/access-log": "loud" }),
    { ...podWith(), metadata: { ...podWith().metadata, namespace: "unheard-of" } },
  ];
  const survey = await surveyPods(pods, { namespaces: [shop], context, reference });
  assert.deepEqual([survey.pods, survey.withSidecar], [6, 2]);
  assert.deepEqual(survey.missing, [{ workload: "Deployment shop/web", pods: 2, because: "namespace-enabled" }]);
  assert.match(survey.stale[0]?.because ?? "", /made by version 1\.0\.0/);
  assert.match(survey.refused[0]?.because ?? "", /"loud"/);
  assert.match(survey.misspelt[0]?.because ?? "", /did you mean outrigger\.dev\/access-log\?/);
  const checks = checkPods(known(survey));
  assert.deepEqual(
    checks.map(({ name, status }) => `${name} ${status}`),
    ["sidecars-missing warning", "sidecars-stale warning", "pods-refused warning", "pod-keys warning"],
  );
  assert.deepEqual(checks[0]?.details, ["Deployment shop/web (2 pods): namespace-enabled"]);
});

test("pods as they should be are two lines", async () => {
  const checks = checkPods(known(await surveyPods([injected(podWith())], { namespaces: [shop], context, reference })));
  assert.deepEqual(
    checks.map(({ message }) => message),
    ["every pod that should carry a sidecar does (1 of 1)", "every sidecar is up to date"],
  );
  assert.equal(checkPods(absent)[0]?.status, "warning");
});

test("labels of namespaces: slips are errors, near misses warnings, other meshes a hint", () => {
  const checks = checkNamespaces(
    known([
      named("a", { "outrigger.dev/injection": "enable" }),
      named("b", { "outrigger.dev/injection": "yes-please" }),
      named("c", { "outriger.dev/injection": "enabled" }),
      named("d", { "outrigger.dev/inject": "true" }),
      named("e", { "istio-injection": "enabled" }),
      named("f", {}, { "linkerd.io/inject": "enabled" }),
      named("g", { "istio-injection": "disabled" }),
    ]),
  );
  assert.deepEqual(
    checks.map(({ name, status, details }) => [name, status, details]),
    [
      [
        "namespace-labels",
        "error",
        [
          'a: outrigger.dev/injection: "enable"; did you mean enabled?',
          'b: outrigger.dev/injection: "yes-please"; write enabled or disabled',
        ],
      ],
      [
        "namespace-keys",
        "warning",
        [
          "c: namespace label outriger.dev/injection is unknown and has no effect; did you mean outrigger.dev/injection?",
          "d: namespace label outrigger.dev/inject has no effect there: it is a label of pods",
        ],
      ],
      ["other-meshes", "ok", ["e: istio-injection: enabled", "f: linkerd.io/inject: enabled"]],
    ],
  );
});
