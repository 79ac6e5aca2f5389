/**
 * Each way in which a request can be wrong, and the answer to it. The counter's labels say that it was counted.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { podNamed, post, responseIn, reviewOf, testWebhook } from "./webhook-fixture.ts";

const pod = podNamed("web");
const review = reviewOf(pod);
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: {} };
const asConfigMap = {
  kind: { group: "", version: "v1", kind: "ConfigMap" },
  resource: { group: "", version: "v1", resource: "configmaps" },
};

/** What came -> HTTP status, reason, and what the answer says. */
const unreadable: readonly (readonly [name: string, body: object | string, reason: string, said: RegExp])[] = [
  ["no body", "", "malformed-json", /not JSON.*uncompressed UTF-8 JSON/],
  ["no JSON", "hello", "malformed-json", /not JSON/],
  ["half of a review", JSON.stringify(review).slice(0, 200), "malformed-json", /not JSON/],
  ["a number too many", `${JSON.stringify(review)}1`, "malformed-json", /not JSON/],
  ["null", "null", "missing-request", /not a JSON object/],
  ["a list", "[]", "missing-request", /not a JSON object/],
  ["a text", '"AdmissionReview"', "missing-request", /not a JSON object/],
  ["an empty object", {}, "missing-request", /has no request/],
  ["a response", { kind: "AdmissionReview", response: { uid: "u" } }, "missing-request", /has no request/],
  ["a request that is a list", { request: [] }, "missing-request", /has no request/],
  ["a request hidden in __proto__", '{"__proto__":{"request":{"uid":"u"}}}', "missing-request", /has no request/],
  ["no uid", reviewOf(pod, { uid: undefined }), "missing-uid", /request\.uid/],
  ["an empty uid", reviewOf(pod, { uid: "" }), "missing-uid", /request\.uid/],
  ["a uid that is a number", reviewOf(pod, { uid: 7 }), "missing-uid", /request\.uid/],
];

for (const [name, body, reason, said] of unreadable) {
  test(`${name}: HTTP 400 with a Status that says why`, async () => {
    const { app, registry } = testWebhook();
    const answer = await post(app, body);
    assert.equal(answer.statusCode, 400);
    const status = JSON.parse(answer.body) as Record<string, unknown>;
    assert.equal(status["kind"], "Status");
    assert.equal(status["apiVersion"], "v1");
    assert.equal(status["code"], 400);
    assert.match(String(status["message"]), said);
    await assertCounted(registry, "invalid", reason);
  });
}

const malformed: readonly (readonly [name: string, body: object, reason: string, said: RegExp])[] = [
  ["another kind", { ...review, kind: "ConversionReview" }, "wrong-kind", /kind is not AdmissionReview/],
  ["no kind", { ...review, kind: undefined }, "wrong-kind", /kind is not AdmissionReview/],
  ["v1beta1", { ...review, apiVersion: "admission.k8s.io/v1beta1" }, "wrong-version", /apiVersion is not/],
  ["a version that is null", { ...review, apiVersion: null }, "wrong-version", /apiVersion is not/],
  ["no resource", reviewOf(pod, { resource: undefined, kind: undefined }), "missing-resource", /request\.resource/],
  ["a resource that is a text", reviewOf(pod, { resource: "pods" }), "missing-resource", /request\.resource/],
  ["a resource without a name", reviewOf(pod, { resource: { group: "" } }), "missing-resource", /request\.resource/],
  ["no operation", reviewOf(pod, { operation: undefined }), "missing-operation", /request\.operation/],
  ["no object", reviewOf(undefined), "missing-object", /request\.object/],
  ["an object that is null", reviewOf(null), "missing-object", /request\.object/],
  ["an object that is a list", reviewOf([pod]), "missing-object", /request\.object/],
  ["an object that is a text", reviewOf("pod"), "missing-object", /request\.object/],
  ["no namespace", reviewOf({ kind: "Pod", spec: {} }, { namespace: null }), "missing-namespace", /request\.namespace/],
];

for (const [name, body, reason, said] of malformed) {
  test(`${name}: an AdmissionReview that refuses with 400`, async () => {
    const { app, registry } = testWebhook();
    const answer = await post(app, body);
    assert.equal(answer.statusCode, 200);
    const response = responseIn(answer.body);
    assert.equal(response.uid, "uid-1");
    assert.equal(response.allowed, false);
    assert.equal(response.status?.code, 400);
    assert.equal(response.status.reason, "BadRequest");
    assert.match(response.status.message, said);
    await assertCounted(registry, "invalid", reason);
  });
}

const ignored: readonly (readonly [name: string, body: object, reason: string, said: RegExp])[] = [
  ["a pod's update", reviewOf(pod, { operation: "UPDATE" }), "wrong-operation", /UPDATE of pods/],
  ["a pod's deletion", reviewOf(null, { operation: "DELETE", oldObject: pod }), "wrong-operation", /DELETE of pods/],
  ["a ConfigMap", reviewOf(configMap, asConfigMap), "wrong-resource", /CREATE of configmaps/],
  [
    "a Deployment",
    reviewOf({}, { resource: { group: "apps", resource: "deployments" } }),
    "wrong-resource",
    /deployments\.apps/,
  ],
  ["a ConfigMap sent as a pod", reviewOf(configMap), "wrong-resource", /CREATE of ConfigMap/],
  [
    "pods of another group",
    reviewOf({}, { resource: { group: "metrics.k8s.io", resource: "pods" } }),
    "wrong-resource",
    /pods\.metrics\.k8s\.io/,
  ],
  [
    "an ephemeral container",
    reviewOf(pod, { operation: "UPDATE", subResource: "ephemeralcontainers" }),
    "subresource",
    /UPDATE of pods\/ephemeralcontainers/,
  ],
  ["a binding", reviewOf({ kind: "Binding" }, { subResource: "binding" }), "subresource", /pods\/binding/],
];

for (const [name, body, reason, said] of ignored) {
  test(`${name}: allowed unchanged, with a warning`, async () => {
    const { app, registry } = testWebhook();
    const response = responseIn((await post(app, body)).body);
    assert.equal(response.uid, "uid-1");
    assert.equal(response.allowed, true);
    assert.equal(response.patch, undefined);
    assert.match(response.warnings?.[0] ?? "", said);
    await assertCounted(registry, "ignored", reason);
  });
}

test("a review written by hand may leave out the resource, and the namespace where the pod names it", async () => {
  const { app } = testWebhook();
  const body = reviewOf(pod, { resource: undefined, namespace: undefined });
  assert.notEqual(responseIn((await post(app, body)).body).patch, undefined);
});

test("fields of a later API version are no obstacle", async () => {
  const { app } = testWebhook();
  const body = { ...reviewOf(pod, { futureField: { a: [1] } }), anotherField: true };
  assert.notEqual(responseIn((await post(app, body)).body).patch, undefined);
});

test("annotations called __proto__ and constructor are ordinary annotations", async () => {
  const { app } = testWebhook();
  const body = JSON.stringify(review).replace(
    '"ownerReferences"',
    '"annotations":{"__proto__":"x","constructor":"y","prototype":"z"},"ownerReferences"',
  );
  const response = responseIn((await post(app, body)).body);
  assert.equal(response.auditAnnotations?.["decision"], "injected");
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

async function assertCounted(registry: { metrics(): Promise<string> }, result: string, reason: string): Promise<void> {
  const line = `outrigger_admission_requests_total{result="${result}",reason="${reason}"} 1`;
  assert.ok((await registry.metrics()).includes(line), `not counted: ${line}`);
}
