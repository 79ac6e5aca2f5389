/**
 * Advice on workloads: what their author is told, and that nothing is ever refused or changed.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { injectPod } from "../../../src/injection/inject.ts";
import { post, responseIn, testWebhook } from "./webhook-fixture.ts";
import type { ReviewResponse, WebhookFixture } from "./webhook-fixture.ts";

const path = "/advise/workload";
const labels = { "outrigger.dev/injection": "enabled" };

interface TemplateParts {
  readonly metadata?: object;
  readonly spec?: object;
}

function templateOf({ metadata = {}, spec = {} }: TemplateParts): object {
  return {
    metadata: { labels: { app: "web" }, ...metadata },
    spec: { containers: [{ name: "app", image: "registry.example/app:1" }], ...spec },
  };
}

function deployment(parts: TemplateParts = {}, metadata: object = {}): object {
  const template = templateOf(parts);
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", ...metadata }, spec: { template } };
}

function reviewOf(object: unknown, request: object = {}): object {
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "uid-1",
      kind: { group: "apps", version: "v1", kind: "Deployment" },
      resource: { group: "apps", version: "v1", resource: "deployments" },
      namespace: "shop",
      operation: "CREATE",
      object,
      ...request,
    },
  };
}

function webhook(): WebhookFixture & { readonly app: FastifyInstance } {
  return testWebhook({ inject: injectPod, namespace: (name) => ({ name, labels, annotations: {} }) });
}

async function ask(object: unknown, request: object = {}): Promise<ReviewResponse> {
  const answer = await post(webhook().app, reviewOf(object, request), path);
  assert.equal(answer.statusCode, 200);
  const response = responseIn(answer.body);
  assert.equal(response.uid, "uid-1");
  assert.equal(response.allowed, true);
  assert.equal(response.patch, undefined);
  return response;
}

const hostNetwork =
  "(host-network): the pod uses the node's network, where capture would redirect the whole node's traffic";

describe("a workload whose pods will be", () => {
  test("injected: nothing is said", async () => {
    assert.equal((await ask(deployment())).warnings, undefined);
  });

  test("skipped: the reason", async () => {
    const { warnings, auditAnnotations } = await ask(deployment({ spec: { hostNetwork: true } }));
    assert.deepEqual(warnings, [`the pods of this Deployment get no sidecar ${hostNetwork}`]);
    assert.deepEqual(auditAnnotations, { decision: "skipped", reason: "host-network" });
  });

  test("skipped because it says so itself: nothing is said", async () => {
    const metadata = { labels: { "outrigger.dev/inject": "false" } };
    assert.equal((await ask(deployment({ metadata }))).warnings, undefined);
  });

  test("refused: every problem, with its place in the workload", async () => {
    const metadata = {
      annotations: { "outrigger.dev/drain-seconds": "soon", "outrigger.dev/proxy-cpu-limit": "lots" },
    };
    const { warnings = [] } = await ask(deployment({ metadata }));
    assert.equal(
      warnings[0],
      "the pods of this Deployment will be refused (invalid-setting): a label or annotation of the pod or its namespace has a value that is not allowed",
    );
    const places = warnings.slice(1).map((text) => text.split(": ")[0]);
    assert.deepEqual(places.sort(), [
      'spec.template.metadata.annotations["outrigger.dev/drain-seconds"]',
      'spec.template.metadata.annotations["outrigger.dev/proxy-cpu-limit"]',
    ]);
  });

  test("refused, of a CronJob: places are below the job's template", async () => {
    const template = templateOf({ metadata: { annotations: { "outrigger.dev/drain-seconds": "soon" } } });
    const spec = { jobTemplate: { spec: { template } } };
    const { warnings = [] } = await ask({ apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "tidy" }, spec });
    assert.match(warnings[0] ?? "", /^the pods of this CronJob will be refused/);
    assert.match(warnings[1] ?? "", /^spec\.jobTemplate\.spec\.template\.metadata\.annotations/);
  });

  test("no pods that could be created: their problem is left to the API server, and told", async () => {
    const { warnings = [] } = await ask(deployment({ spec: { containers: "none" } }));
    assert.match(warnings[1] ?? "", /^spec\.template\.spec\.containers: .*a list/);
  });
});

describe("what the pods' own warnings would be", () => {
  test("comes with the workload", async () => {
    const spec = { securityContext: { runAsUser: 1337 } };
    const { warnings = [] } = await ask(deployment({ spec }));
    assert.match(warnings.join("\n"), /container app runs as user 1337, which is the proxy's/);
  });

  test("typos in the template, with what was meant", async () => {
    const { warnings } = await ask(deployment({ metadata: { annotations: { "outrigger.dev/injct": "true" } } }));
    assert.deepEqual(warnings, [
      "annotation outrigger.dev/injct is unknown and has no effect; did you mean outrigger.dev/inject?",
    ]);
  });
});

describe("our labels and annotations on the workload itself", () => {
  test("have no effect there", async () => {
    const { warnings } = await ask(deployment({}, { labels: { "outrigger.dev/inject": "false" } }));
    assert.deepEqual(warnings, ["workload label outrigger.dev/inject has no effect there: it is a label of pods"]);
  });

  test("do no harm where the pods carry them as well", async () => {
    const both = { annotations: { "outrigger.dev/drain-seconds": "20" } };
    assert.equal((await ask(deployment({ metadata: both }, both))).warnings, undefined);
  });

  test("of any shape harm nobody", async () => {
    await ask(deployment({}, { labels: { "outrigger.dev/x": 7 }, annotations: ["a"] }));
    await ask({ ...deployment(), metadata: null });
  });
});

describe("everything else is allowed, without a word", () => {
  const cases: readonly (readonly [name: string, review: object])[] = [
    ["an object that makes no pods", reviewOf({ apiVersion: "v1", kind: "ConfigMap" })],
    ["a deletion", reviewOf(null, { operation: "DELETE" })],
    ["the scale", reviewOf(deployment(), { subResource: "scale" })],
    ["no object", reviewOf(null)],
    ["no namespace", reviewOf(deployment(), { namespace: "" })],
    ["another version of the review", { ...reviewOf(deployment()), apiVersion: "admission.k8s.io/v1beta1" }],
  ];
  for (const [name, review] of cases) {
    test(name, async () => {
      const answer = await post(webhook().app, review, path);
      assert.equal(answer.statusCode, 200);
      assert.deepEqual(responseIn(answer.body), { uid: "uid-1", allowed: true });
    });
  }

  test("a bug of ours", async () => {
    const { app, registry, lines } = testWebhook();
    const review = reviewOf(deployment({ metadata: { name: "broken" } }));
    assert.deepEqual(responseIn((await post(app, review, path)).body), { uid: "uid-1", allowed: true });
    assert.match(await registry.metrics(), /outrigger_advice_total\{result="failed",reason="internal-error"\} 1/);
    assert.ok(lines.some(({ msg }) => msg === "advice failed"));
  });

  test("but what has no uid can only be an HTTP error, after which the API server goes on", async () => {
    const { app, registry } = webhook();
    assert.equal((await post(app, "{", path)).statusCode, 400);
    assert.equal((await post(app, "{}", path)).statusCode, 400);
    assert.match(await registry.metrics(), /outrigger_advice_total\{result="invalid",reason="malformed-json"\} 1/);
    assert.equal((await app.inject({ method: "GET", url: path })).statusCode, 405);
  });
});

test("each workload is counted and logged once, and is no admission of a pod", async () => {
  const { app, registry, lines, events } = webhook();
  const request = { operation: "UPDATE", dryRun: true };
  await post(app, reviewOf(deployment({ spec: { hostNetwork: true } }), request), path);
  const text = await registry.metrics();
  assert.match(text, /outrigger_advice_total\{result="skipped",reason="host-network"\} 1/);
  assert.doesNotMatch(text, /outrigger_admission_requests_total\{/);
  const [line] = lines;
  assert.ok(line !== undefined && lines.length === 1);
  assert.ok(typeof line["ms"] === "number");
  assert.deepEqual(
    { ...line, time: 0, pid: 0, hostname: "", ms: 0 },
    {
      level: 30,
      time: 0,
      pid: 0,
      hostname: "",
      uid: "uid-1",
      namespace: "shop",
      workload: "Deployment/web",
      decision: "skipped",
      reason: "host-network",
      warnings: 1,
      ms: 0,
      dryRun: true,
      msg: "advice",
    },
  );
  assert.deepEqual(events, []);
});
