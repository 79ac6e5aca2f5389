/**
 * What the injector makes of a pod that it tries through the API server.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TestContext } from "node:test";
import { injectPod } from "../../../src/injection/inject.ts";
import type { ApiRequest, KubernetesApi } from "../../../src/kubernetes/api.ts";
import { ApiError } from "../../../src/kubernetes/api.ts";
import type { RoundTrip, RoundTripResult } from "../../../src/roundtrip/round-trip.ts";
import { createRoundTrip, defaultRoundTripTimings } from "../../../src/roundtrip/round-trip.ts";
import { captureLogger } from "../../captured-logger.ts";
import { FakeClock } from "../../fake-clock.ts";
import { contextWith, namespaceWith } from "../../injected-pods.ts";

/** What the API server answers to the creation of a pod. */
type Answer = (pod: unknown) => unknown;

function refuse(status: number, message: string): Answer {
  return () => {
    throw new ApiError(status, "", message);
  };
}

const answers = {
  injected: (pod: unknown) => {
    const outcome = injectPod(pod, namespaceWith(), contextWith());
    return outcome.result === "injected" ? outcome.pod : undefined;
  },
  untouched: (pod: unknown) => pod,
  denied: refuse(422, 'admission webhook "namespace.injection.outrigger.dev" denied the request: a bad default'),
  unanswered: refuse(500, 'failed calling webhook "namespace.injection.outrigger.dev": connection refused'),
  inconclusive: refuse(403, 'pods is forbidden: User "x" cannot create resource "pods"'),
  failed: () => {
    throw new Error("connection refused");
  },
} satisfies Readonly<Record<RoundTripResult, Answer>>;

class Trial {
  readonly clock = new FakeClock();
  readonly captured = captureLogger();
  readonly requests: ApiRequest[] = [];
  readonly probes: RoundTripResult[] = [];
  readonly roundTrip: RoundTrip;
  answer: Answer = answers.injected;
  answered = 0;
  distrusted = 0;

  constructor(context: TestContext) {
    const api: Pick<KubernetesApi, "request"> = {
      request: <T>(request: ApiRequest) => {
        this.requests.push(request);
        return Promise.resolve().then(() => this.answer(request.body) as T);
      },
    };
    this.roundTrip = createRoundTrip({
      api: api as KubernetesApi,
      clock: this.clock,
      random: () => 0.5,
      log: this.captured.log,
      namespace: "outrigger-probe",
      onProbe: (result) => this.probes.push(result),
      onAnswered: () => (this.answered += 1),
      onDistrusted: () => (this.distrusted += 1),
    });
    context.after(() => {
      this.roundTrip.stop();
    });
  }

  async start(answer: Answer): Promise<void> {
    this.answer = answer;
    this.roundTrip.start();
    await this.roundTrip.idle();
  }

  async after(ms: number, answer: Answer = this.answer): Promise<void> {
    this.answer = answer;
    this.clock.advance(ms);
    await this.roundTrip.idle();
  }
}

const { calmMs, worriedMs, eagerMs, eagerForMs } = defaultRoundTripTimings;

const distrusted = refuse(
  500,
  'failed calling webhook "namespace.injection.outrigger.dev": x509: certificate signed by unknown authority',
);

describe("the round trip", () => {
  it("is a dry run in the namespace for it", async (context) => {
    const trial = new Trial(context);
    await trial.start(answers.injected);
    const [{ method, path, query } = {} as ApiRequest] = trial.requests;
    assert.equal(method, "POST");
    assert.equal(path, "/api/v1/namespaces/outrigger-probe/pods");
    assert.deepEqual(query, { dryRun: "All" });
  });

  for (const [result, answer] of Object.entries(answers)) {
    it(`tells ${result}`, async (context) => {
      const trial = new Trial(context);
      assert.equal(trial.roundTrip.complaint(), "no pod has been tried yet");
      await trial.start(answer);
      assert.deepEqual(trial.probes, [result]);
      assert.equal(trial.roundTrip.complaint() === undefined, result === "injected");
      assert.equal(trial.roundTrip.lastResult(), result);
      assert.equal(trial.roundTrip.isAnswered(), result === "injected" || result === "denied");
      const [line] = trial.captured.lines;
      assert.equal(line?.["result"], result);
      assert.equal(line.level, result === "injected" ? 30 : 40);
    });
  }

  it("is repeated calmly, and sooner where pods would have no sidecar", async (context) => {
    const trial = new Trial(context);
    await trial.start(answers.injected);
    await trial.after(calmMs - 1, answers.untouched);
    assert.equal(trial.probes.length, 1);
    await trial.after(1);
    assert.equal(trial.probes.length, 2);
    await trial.after(worriedMs);
    assert.equal(trial.probes.length, 3);
    assert.equal(trial.captured.lines.length, 2, "a line for each change only");
  });

  it("is repeated eagerly by a new replica that nobody has answered yet", async (context) => {
    const trial = new Trial(context);
    await trial.start(answers.unanswered);
    for (let ms = eagerMs; ms < eagerForMs; ms += eagerMs) await trial.after(eagerMs);
    const eager = trial.probes.length;
    assert.equal(eager, eagerForMs / eagerMs);
    await trial.after(eagerMs);
    assert.equal(trial.probes.length, eager + 1);
    await trial.after(worriedMs - 1);
    assert.equal(trial.probes.length, eager + 1, "no longer new");
    await trial.after(1);
    assert.equal(trial.probes.length, eager + 2);
  });

  it("tells when the API server goes on not to know the CA, and not each time", async (context) => {
    const trial = new Trial(context);
    await trial.start(answers.injected);
    await trial.after(calmMs, distrusted);
    assert.equal(trial.distrusted, 0, "it may just not have heard of the new CA");
    await trial.after(worriedMs);
    assert.equal(trial.distrusted, 1);
    for (let count = 0; count < 5; count += 1) await trial.after(worriedMs);
    assert.equal(trial.distrusted, 1);
    await trial.after(worriedMs);
    assert.equal(trial.distrusted, 2);
    await trial.after(worriedMs, answers.unanswered);
    await trial.after(worriedMs, distrusted);
    assert.equal(trial.distrusted, 2, "begun anew");
  });

  it("is made anew for who wants to act upon it", async (context) => {
    const trial = new Trial(context);
    await trial.start(answers.injected);
    assert.ok(await trial.roundTrip.confirm());
    assert.equal(trial.probes.length, 2);
    trial.answer = answers.untouched;
    assert.ok(!(await trial.roundTrip.confirm()));
    trial.answer = answers.injected;
    trial.roundTrip.stop();
    assert.ok(!(await trial.roundTrip.confirm()), "not by what was so before");
  });

  it("knows whether the webhook answers by the last probe that could tell", async (context) => {
    const trial = new Trial(context);
    const steps: readonly (readonly [RoundTripResult, answered: boolean])[] = [
      ["untouched", false],
      ["inconclusive", false],
      ["injected", true],
      ["untouched", true],
      ["failed", true],
      ["unanswered", false],
      ["untouched", false],
      ["denied", true],
    ];
    await trial.start(answers.failed);
    for (const [result, answered] of steps) {
      await trial.after(2 * calmMs, answers[result]);
      assert.equal(trial.roundTrip.isAnswered(), answered, result);
    }
    assert.equal(trial.answered, 2, "told when it begins to answer");
  });
});
