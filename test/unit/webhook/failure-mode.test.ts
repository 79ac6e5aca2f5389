import assert from "node:assert/strict";
import { test } from "node:test";
import type { WebhookDependencies } from "../../../src/webhook/build-webhook.ts";
import { contextWith, podNamed, post, responseIn, reviewOf, testWebhook } from "./webhook-fixture.ts";

const throwing = (): never => {
  throw new Error("a bug");
};

/** Every part of ours that can fail while a pod is decided on. */
const failures: Readonly<Record<string, Partial<WebhookDependencies>>> = {
  "the injector": { inject: throwing },
  "the namespace lookup": { namespace: throwing },
  "the patch": { createPatch: throwing },
  "a value that cannot be written as JSON": {
    createPatch: () => [{ op: "add", path: "/a", value: 1n }],
  },
  "something thrown that is no error": {
    inject: () => {
      throw Object.create(null) as Error;
    },
  },
};

for (const [part, dependencies] of Object.entries(failures)) {
  test(`failureMode allow: ${part} fails, the pod is allowed with a warning, an Event and a count`, async () => {
    const { app, events, registry, lines } = testWebhook(dependencies);
    const answer = await post(app, reviewOf(podNamed("web")));
    assert.equal(answer.statusCode, 200);
    const response = responseIn(answer.body);
    assert.equal(response.uid, "uid-1");
    assert.equal(response.allowed, true);
    assert.equal(response.patch, undefined);
    assert.match(response.warnings?.[0] ?? "", /outrigger failed on this pod.*without its sidecar.*uid uid-1/);
    assert.equal(response.auditAnnotations?.["decision"], "failed");
    assert.deepEqual(
      events.map(({ type, reason }) => ({ type, reason })),
      [{ type: "Warning", reason: "InjectionFailed" }],
    );
    assert.match(
      await registry.metrics(),
      /outrigger_admission_requests_total\{result="failed",reason="internal-error"\} 1/,
    );
    assert.equal(lines.filter(({ msg }) => msg === "admission failed").length, 1);
  });

  test(`failureMode deny: ${part} fails, the pod is refused with 500`, async () => {
    const { app } = testWebhook({ context: () => contextWith({ failureMode: "deny" }), ...dependencies });
    const answer = await post(app, reviewOf(podNamed("web")));
    assert.equal(answer.statusCode, 200);
    const response = responseIn(answer.body);
    assert.equal(response.allowed, false);
    assert.equal(response.status?.code, 500);
    assert.match(response.status.message, /failureMode: deny.*uid uid-1/);
  });
}

test("without a config the built-in failure mode decides", async () => {
  const { app } = testWebhook({ context: throwing });
  assert.equal(responseIn((await post(app, reviewOf(podNamed("web")))).body).allowed, true);
});

test("whatever fails while an answer is told about leaves the answer as it is", async () => {
  const { app, lines } = testWebhook({ events: { record: throwing } });
  const response = responseIn((await post(app, reviewOf(podNamed("web")))).body);
  assert.equal(response.allowed, true);
  assert.notEqual(response.patch, undefined);
  assert.equal(lines.at(-1)?.msg, "admission could not be reported");
});

test("a pod too deep to be written leaves the process alive", async () => {
  const { app } = testWebhook({
    // The whole pod in the patch, which nests deeper than JSON.stringify can follow.
    createPatch: (original) => [{ op: "add", path: "/copy", value: original }],
  });
  const depth = 200_000;
  const deep = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const review = JSON.stringify(reviewOf(podNamed("web"))).replace('"containers"', `"deep":${deep},"containers"`);
  const response = responseIn((await post(app, review)).body);
  assert.equal(response.allowed, true);
  assert.equal(response.auditAnnotations?.["decision"], "failed");
});
