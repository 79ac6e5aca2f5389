import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attempt } from "../../../src/diagnosis/attempt.ts";
import { absent, known, unknown } from "../../../src/diagnosis/attempt.ts";
import type { Check, CheckStatus } from "../../../src/diagnosis/check.ts";
import { checkNames, checkRights, checkSystemNamespace } from "../../../src/diagnosis/checks/before-installation.ts";
import { checkAdmissionApi, checkServer } from "../../../src/diagnosis/checks/kubernetes.ts";
import type { ExistingObject, Right } from "../../../src/diagnosis/preflight-facts.ts";
import type { KubernetesObject } from "../../../src/kubernetes/api.ts";

type Case = readonly [what: string, checks: readonly Check[], status: CheckStatus, message: RegExp];

const ours = { "app.kubernetes.io/part-of": "outrigger" };
const right = (granted: Attempt<boolean>): Right => ({
  verb: "create",
  resource: "roles.rbac",
  namespace: "n",
  granted,
});
const existing = (found: Attempt<KubernetesObject>, name = "x"): ExistingObject => ({
  shipped: { apiVersion: "v1", kind: "Service", metadata: { name } },
  found,
});
const system = (labels: Readonly<Record<string, string>>): Check =>
  checkSystemNamespace(known({ name: "outrigger-system", labels, annotations: {} }));
const disabled = { "outrigger.dev/injection": "disabled" };

const cases: readonly Case[] = [
  ["an API server that is away", checkServer(unknown("refused")), "error", /does not answer: refused/],
  ["Kubernetes 1.28", checkServer(known({ major: 1, minor: 28 })).slice(1), "error", /1\.28 does not run native/],
  ["Kubernetes 1.29", checkServer(known({ major: 1, minor: 29 })).slice(1), "warning", /still beta/],
  ["Kubernetes 1.30", checkServer(known({ major: 1, minor: 30 })).slice(1), "ok", /1\.30 runs native/],
  ["Kubernetes 2.0", checkServer(known({ major: 2, minor: 0 })).slice(1), "ok", /2\.0/],
  ["no admission API", checkAdmissionApi(absent), "error", /no mutating admission webhooks/],
  [
    "no admission policies",
    checkAdmissionApi(known(["mutatingwebhookconfigurations"])),
    "warning",
    /no validating admission policies, which --ha needs/,
  ],
  ["an admission API that is not told", checkAdmissionApi(unknown("forbidden")), "warning", /not known: forbidden/],
  ["every right", [checkRights([right(known(true))])], "ok", /every right/],
  ["a right that is lacking", [checkRights([right(known(true)), right(known(false))])], "error", /lacks 1 of the 2/],
  ["a right that nobody tells", [checkRights([right(unknown("x"))])], "warning", /did not say/],
  ["nothing yet", [checkNames([existing(absent)])], "ok", /no object of the installation exists yet/],
  ["our own objects", [checkNames([existing(known({ metadata: { labels: ours } }))])], "ok", /are Outrigger's/],
  ["somebody else's object", [checkNames([existing(known({ metadata: {} }))])], "error", /not marked as Outrigger's/],
  [
    "the policy that carries no label",
    [checkNames([existing(known({ metadata: {} }), "outrigger-require-sidecar")])],
    "ok",
    /are Outrigger's/,
  ],
  ["no namespace", [checkSystemNamespace(absent)], "ok", /will be made/],
  ["a namespace that is injected", [system({})], "warning", /could wait for itself/],
  ["a namespace without Pod Security", [system(disabled)], "warning", /"restricted" \(not set\)/],
  [
    "a namespace as it should be",
    [system({ ...disabled, "pod-security.kubernetes.io/enforce": "restricted" })],
    "ok",
    /enforces/,
  ],
];

for (const [what, checks, status, message] of cases) {
  test(`${what}: ${status}`, () => {
    const [check] = checks;
    assert.equal(check?.status, status);
    assert.match(check.message, message);
    assert.equal(check.fix === undefined, status === "ok", "what is wrong has a fix, and only that");
  });
}

test("the rights that are lacking are named", () => {
  assert.deepEqual(checkRights([right(known(false))]).details, ["create roles.rbac in n"]);
});
