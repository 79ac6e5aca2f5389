/**
 * More than ten thousand AdmissionReviews, most of them damaged, against the whole webhook with the real injector: each gets a proper answer,
 * none brings the process down, and none leaves memory behind.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { Registry } from "prom-client";
import { injectPod } from "../../../src/injection/inject.ts";
import { createPatch } from "../../../src/injection/json-patch.ts";
import { createMetrics } from "../../../src/observability/metrics.ts";
import { buildWebhook } from "../../../src/webhook/build-webhook.ts";
import { context, hostileReviews } from "./hostile-reviews.ts";
import { judgeAnswer } from "./judge-answer.ts";

const runs = 10_500;
/**
 * Runs after which the injector's bounded memory of sidecars is full (no two of these pods are alike) and code is compiled: what
 * the heap grows by from here on is a leak.
 */
const warmUp = 7_000;
/** Bytes that the heap may differ by between two measurements: 1.2 KB for each request in between. */
const allowedGrowth = 4 * 1024 * 1024;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test(`${runs} hostile reviews: each answered, memory flat`, async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry, "0.0.0");
  const failures: unknown[] = [];
  const discard = (): void => undefined;
  const app = buildWebhook({
    inject: injectPod,
    createPatch,
    namespace: (name) => ({ name, labels: {}, annotations: {} }),
    context: () => context,
    log: {
      debug: discard,
      info: discard,
      warn: discard,
      error: (fields) => failures.push((fields as { readonly err?: unknown }).err),
      fatal: discard,
    },
    metrics: metrics.admission,
    operationMetrics: metrics.operation,
    adviceMetrics: metrics.advice,
    events: { record: discard },
  });
  const decisions = new Map<string, number>();
  let done = 0;
  let heapAfterWarmUp = 0;
  await fc.assert(
    fc.asyncProperty(hostileReviews, async (review) => {
      failures.length = 0;
      const { statusCode, body } = await app.inject({
        method: "POST",
        url: "/mutate/namespace",
        headers: { "content-type": "application/json" },
        payload: review.text,
      });
      const decision = judgeAnswer(review, statusCode, body);
      // What is too deep for JSON.stringify is the one thing that the injector may fail on.
      for (const failure of failures) assert.ok(failure instanceof RangeError, String(failure));
      decisions.set(decision, (decisions.get(decision) ?? 0) + 1);
      done += 1;
      if (done === warmUp) heapAfterWarmUp = heapUsed();
    }),
    { numRuns: runs },
  );
  const growth = heapUsed() - heapAfterWarmUp;
  assert.ok(growth < allowedGrowth, `the heap grew by ${growth} bytes`);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  for (const decision of ["injected", "skipped", "rejected", "ignored", "invalid", "http"]) {
    assert.ok((decisions.get(decision) ?? 0) > 40, `hardly any ${decision}: ${JSON.stringify([...decisions])}`);
  }
  assert.match(await registry.metrics(), /^outrigger_admission_in_flight 0$/m);
});
