import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeInject, podNamed, post, responseIn, reviewOf, testWebhook } from "./webhook-fixture.ts";

test("an injected pod is answered with its patch, and says so to the audit log", async () => {
  const { app } = testWebhook();
  const answer = await post(app, reviewOf(podNamed("web")));
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
  const { patch, ...response } = responseIn(answer.body);
  assert.deepEqual(response, {
    uid: "uid-1",
    allowed: true,
    patchType: "JSONPatch",
    auditAnnotations: { decision: "injected", reason: "namespace-enabled", config: "c0ffee" },
  });
  assert.deepEqual(JSON.parse(Buffer.from(patch ?? "", "base64").toString()), [
    { op: "add", path: "/metadata/labels", value: { "outrigger.dev/injected": "true" } },
  ]);
});

test("a second pass gives its reason under a key of its own: the API server keeps the first value of each", async () => {
  const inject: typeof fakeInject = (pod, ...rest) =>
    ({ ...fakeInject(pod, ...rest), reason: "already-injected" }) as ReturnType<typeof fakeInject>;
  const { app } = testWebhook({ inject });
  const { auditAnnotations } = responseIn((await post(app, reviewOf(podNamed("web")))).body);
  assert.deepEqual(auditAnnotations, { decision: "injected", "second-reason": "already-injected", config: "c0ffee" });
});

test("the same request gets the same bytes", async () => {
  const { app } = testWebhook();
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(app, reviewOf(podNamed("web")))));
  assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
});

test("a skipped pod is allowed with neither patch nor patch type", async () => {
  const { app } = testWebhook();
  const response = responseIn((await post(app, reviewOf(podNamed("skipped")))).body);
  assert.deepEqual(response, {
    uid: "uid-1",
    allowed: true,
    auditAnnotations: { decision: "skipped", reason: "host-network", config: "c0ffee" },
  });
});

test("a pod that is already as it shall be gets no empty patch", async () => {
  const { app } = testWebhook({ createPatch: () => [] });
  const response = responseIn((await post(app, reviewOf(podNamed("web")))).body);
  assert.equal("patch" in response, false);
  assert.equal("patchType" in response, false);
});

test("warnings are passed on", async () => {
  const { app } = testWebhook();
  const response = responseIn((await post(app, reviewOf(podNamed("warned")))).body);
  assert.deepEqual(response.warnings, ["the pod already carries istio-proxy"]);
});

test("a rejected pod is denied with 422 and every problem, in the message and as causes", async () => {
  const { app } = testWebhook();
  const answer = await post(app, reviewOf(podNamed("rejected")));
  assert.equal(answer.statusCode, 200);
  const response = responseIn(answer.body);
  assert.equal(response.allowed, false);
  assert.deepEqual(response.status, {
    status: "Failure",
    code: 422,
    reason: "Invalid",
    message:
      'metadata.annotations["outrigger.dev/proxy-cpu-limit"]: "lots" is no quantity; use one like 500m\n' +
      'metadata.labels["outrigger.dev/inject"]: "yes" is not allowed; use "true" or "false"',
    details: {
      name: "rejected",
      kind: "Pod",
      causes: [
        {
          reason: "FieldValueInvalid",
          field: 'metadata.annotations["outrigger.dev/proxy-cpu-limit"]',
          message: '"lots" is no quantity; use one like 500m',
        },
        {
          reason: "FieldValueInvalid",
          field: 'metadata.labels["outrigger.dev/inject"]',
          message: '"yes" is not allowed; use "true" or "false"',
        },
      ],
    },
  });
});

test("a thousand problems are answered with the first fifty and the number of the others", async () => {
  const problem = { path: "metadata.annotations", message: `"${"x".repeat(5_000)}" is wrong`, hint: "remove it" };
  const problems = Array.from({ length: 1_000 }, () => problem);
  const { app } = testWebhook({
    inject: () => ({ result: "rejected", reason: "invalid-setting", problems, warnings: [] }),
  });
  const { status } = responseIn((await post(app, reviewOf(podNamed("web")))).body);
  assert.equal(status?.details?.causes.length, 50);
  assert.match(status.message, /and 950 more problems$/);
  assert.ok(status.message.length < 60_000, `the message has ${status.message.length} characters`);
});

test("the timeout that the API server adds to the URL is no obstacle", async () => {
  const { app } = testWebhook();
  assert.equal((await post(app, reviewOf(podNamed("web")), "/mutate/pod?timeout=5s")).statusCode, 200);
});
