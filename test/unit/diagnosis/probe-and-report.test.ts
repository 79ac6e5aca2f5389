import assert from "node:assert/strict";
import { test } from "node:test";
import { failure, ok, warning, worst } from "../../../src/diagnosis/check.ts";
import { parseExplainTarget } from "../../../src/diagnosis/explain-target.ts";
import { probeNamespaces, readRefusal } from "../../../src/diagnosis/probe-webhook.ts";
import { renderReport, reportData } from "../../../src/diagnosis/render-report.ts";
import { imageVersion } from "../../../src/diagnosis/read-cluster.ts";
import type { NamespaceView } from "../../../src/injection/outcome.ts";
import { ApiError } from "../../../src/kubernetes/api.ts";
import { contextWith } from "../../injected-pods.ts";

/** As the API server words them. */
const refusals: readonly (readonly [string, string, string])[] = [
  [
    "no answer",
    'Internal error occurred: failed calling webhook "namespace.injection.outrigger.dev": failed to call webhook: Post "https://outrigger-injector.outrigger-system.svc:443/mutate/namespace?timeout=5s": context deadline exceeded',
    "unanswered",
  ],
  [
    "a refusal of ours",
    'admission webhook "namespace.injection.outrigger.dev" denied the request: namespace shop metadata.labels["outrigger.dev/injection"]: "enable" is neither',
    "denied",
  ],
  ["a refusal of another's", 'admission webhook "validate.kyverno.svc" denied the request: no', "inconclusive"],
  ["no answer of another's", 'failed calling webhook "validate.kyverno.svc": refused', "inconclusive"],
  ["a quota", 'pods "outrigger-check-x" is forbidden: exceeded quota: small, requested: pods=1', "inconclusive"],
  ["no right", 'pods is forbidden: User "dev" cannot create resource "pods" in API group ""', "inconclusive"],
];

for (const [what, message, state] of refusals) {
  test(`${what} is read as ${state}`, () => {
    assert.equal(readRefusal(new ApiError(500, "", message)).state, state);
  });
}

test("enabled namespaces are tried first, then default, never one that is not injected", () => {
  const view = (name: string, value?: string): NamespaceView => ({
    name,
    labels: value === undefined ? {} : { "outrigger.dev/injection": value },
    annotations: {},
  });
  const all = [view("default"), view("kube-system", "enabled"), view("off", "disabled"), view("shop", "enabled")];
  assert.deepEqual(probeNamespaces(all, contextWith()), ["shop", "default"]);
  const context = contextWith({ injection: { systemNamespaces: ["shop"] } });
  assert.deepEqual(probeNamespaces(all, context), ["default"]);
  assert.deepEqual(probeNamespaces([view("default", "disabled")]), []);
});

const targets: readonly (readonly [string, string])[] = [
  ["pod/web-0", "Pod web-0"],
  ["po/web.example", "Pod web.example"],
  ["deploy/web", "Deployment web"],
  ["deployment.apps/web", "Deployment web"],
  ["Deployments/web", "Deployment web"],
  ["sts/web", "StatefulSet web"],
  ["ds/web", "DaemonSet web"],
  ["cj/nightly", "CronJob nightly"],
  ["rollout.argoproj.io/web", "Rollout web"],
  ["ns/shop", "Namespace shop"],
];

for (const [text, expected] of targets) {
  test(`${text} is ${expected}`, () => {
    const target = parseExplainTarget(text);
    assert.ok(target.ok);
    assert.equal(`${target.value.kind} ${target.value.name}`, expected);
  });
}

const mistakes: readonly (readonly [string, RegExp])[] = [
  ["web", /KIND\/NAME/],
  ["pod/", /KIND\/NAME/],
  ["pod/../secrets", /KIND\/NAME/],
  ["deplyo/web", /did you mean deploy\/web\?/],
  ["secret/web", /no kind that has pods.*one of pod/],
];

for (const [text, message] of mistakes) {
  test(`${text} is no target`, () => {
    const target = parseExplainTarget(text);
    assert.ok(!target.ok);
    assert.match(JSON.stringify(target.problems), message);
  });
}

test("an image's tag tells the version, where it is one", () => {
  assert.equal(imageVersion("ghcr.io/outrigger-dev/outrigger:0.1.0"), "0.1.0");
  assert.equal(imageVersion("registry:5000/outrigger:v1.2.3-rc.1@sha256:abc"), "1.2.3-rc.1");
  for (const image of [undefined, "outrigger", "outrigger:latest", "registry:5000/outrigger"]) {
    assert.equal(imageVersion(image), undefined);
  }
});

test("a report is grouped, says how to fix what is wrong, and is summed up", () => {
  const subject = { group: "webhook", name: "x" };
  const checks = [
    ok(subject, "it answers"),
    warning(subject, "it is slow", "give it more", ["a", "b"]),
    failure({ group: "pods", name: "y" }, "none", "make some"),
  ];
  assert.equal(
    renderReport(checks),
    `webhook
  [ok]      it answers
  [warning] it is slow
            - a
            - b
            to fix: give it more

pods
  [error]   none
            to fix: make some

3 checks: 1 ok, 1 warning, 1 error
`,
  );
  assert.deepEqual(reportData(checks), { result: "error", checks });
  assert.equal(worst([]), "ok");
});

test("a long list is cut at the terminal and whole for scripts", () => {
  const details = Array.from({ length: 20 }, (_, index) => `pod ${index}`);
  const check = warning({ group: "pods", name: "y" }, "some", "look", details);
  assert.match(renderReport([check]), /pod 11\n +… and 8 more/);
  assert.ok(JSON.stringify(reportData([check])).includes("pod 19"));
});
