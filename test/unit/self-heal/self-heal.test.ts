/**
 * Self-healing against an API server: who restores what, when, and when not.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { configurationsPath } from "../../../src/certificates/webhook-configuration.ts";
import type { WebhookConfiguration } from "../../../src/certificates/webhook-configuration.ts";
import { isBeingRemoved } from "../../../src/self-heal/is-being-removed.ts";
import type { Restoration } from "../../../src/self-heal/keeper-options.ts";
import { defaultKeeperTimings } from "../../../src/self-heal/keeper-options.ts";
import { defaultRestoreLimits } from "../../../src/self-heal/restore-budget.ts";
import type { SelfHeal } from "../../../src/self-heal/self-heal.ts";
import { createSelfHeal } from "../../../src/self-heal/self-heal.ts";
import { version } from "../../../src/version.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { FakeClock } from "../../fake-clock.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";
import { liveForm, mutating, shippedForm, validating, withEntry } from "./live-form.ts";
import type { LiveForm } from "./live-form.ts";

const collection = configurationsPath(mutating);
const { name } = mutating;
const namespace = "outrigger-system";
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const { graceMs } = defaultKeeperTimings;

describe("self-healing", () => {
  let server: FakeKubernetes;
  let clock: FakeClock;
  let healers: SelfHeal[];
  let restorations: Restoration[];
  let mayRefuse: boolean;
  let captured: ReturnType<typeof captureLogger>;
  const original = liveForm(shippedForm());

  beforeEach(async () => {
    server = new FakeKubernetes();
    clock = new FakeClock();
    healers = [];
    restorations = [];
    mayRefuse = true;
    captured = captureLogger();
    await server.start();
    server.store.create("/api/v1/namespaces", { metadata: { name: namespace } });
    server.store.create(deployments, { metadata: { name }, spec: { replicas: 2 } } as object);
    server.store.create(collection, original);
    server.store.create(configurationsPath(validating), liveForm(shippedForm(validating)));
  });

  afterEach(async () => {
    for (const healer of healers) healer.stop();
    await server.stop();
  });

  /** Starts so many replicas. */
  async function start(replicas = 1): Promise<void> {
    for (let count = 0; count < replicas; count += 1) {
      const api = server.client(`replica-${healers.length}`);
      const healer = createSelfHeal({
        api,
        clock,
        random: () => 0.5,
        log: captured.log,
        configurations: [mutating, validating],
        version,
        mayRefuse: () => mayRefuse,
        isBeingRemoved: () => isBeingRemoved(api, namespace),
        onRestored: (restoration) => restorations.push(restoration),
      });
      healers.push(healer);
      healer.start();
    }
    await eventually("every replica watches", () => server.watches.count === 2 * replicas);
    await quiet();
  }

  async function quiet(): Promise<void> {
    let before = -1;
    let still = 0;
    await eventually("nobody asks for anything", async () => {
      for (const healer of healers) await healer.idle();
      still = server.inFlight === 0 && server.requests.length === before ? still + 1 : 0;
      before = server.requests.length;
      return still >= 3;
    });
  }

  function live(): LiveForm | undefined {
    return server.store.find(collection, name) as LiveForm | undefined;
  }

  function entries(): LiveForm["webhooks"] | undefined {
    return live()?.webhooks;
  }

  function edit(change: (current: LiveForm) => LiveForm): void {
    const current = live();
    assert.ok(current !== undefined);
    server.store.update(collection, name, change(current));
  }

  function annotate(value: string): void {
    edit((current) => ({
      ...current,
      metadata: {
        ...current.metadata,
        annotations: { ...current.metadata?.annotations, "outrigger.dev/self-heal": value },
      },
    }));
  }

  async function pass(ms: number): Promise<void> {
    clock.advance(ms);
    await quiet();
  }

  /** Deletes it, and resolves when everybody has noticed. */
  async function remove(): Promise<void> {
    const before = server.requests.length;
    server.store.delete(collection, name);
    await eventually("it is noticed", () => server.requests.length >= before + healers.length);
    await quiet();
  }

  const wreck = (current: LiveForm): LiveForm => withEntry(current, 0, { rules: [], failurePolicy: "Ignore" });

  it("writes nothing where all is well", async () => {
    await start(2);
    assert.ok(server.requests.every(({ method }) => method === "GET"));
  });

  it("undoes an edit at once, and tells of it", async () => {
    await start();
    edit(wreck);
    await eventually("it is as before", () => restorations.length > 0);
    assert.deepEqual(entries(), original.webhooks);
    const [{ cause, changes, configuration } = {} as Restoration] = restorations;
    assert.equal(cause, "edited");
    assert.equal(changes.length, 2);
    assert.equal(changes[0], 'namespace.injection.outrigger.dev: failurePolicy: "Fail" -> "Ignore"');
    assert.match(changes[1] ?? "", /rules\[0\]: removed/);
    assert.equal(configuration.metadata?.name, name);
    assert.ok(captured.lines.some(({ msg }) => msg === "webhook configuration restored"));
  });

  it("undoes it once, however many replicas there are", async () => {
    await start(4);
    edit(wreck);
    await eventually("it is as before", () => restorations.length > 0);
    await quiet();
    assert.deepEqual(entries(), original.webhooks);
    assert.equal(restorations.length, 1);
  });

  it("looks after the advice's configuration as well", async () => {
    await start();
    const path = configurationsPath(validating);
    const before = server.store.get(path, name) as LiveForm;
    server.store.update(path, name, withEntry(before, 0, { failurePolicy: "Fail" }));
    await eventually("it is as before", () => restorations.length > 0);
    assert.deepEqual((server.store.get(path, name) as LiveForm).webhooks, before.webhooks);
  });

  it("finds an edit that no watch told of", async () => {
    await start();
    server.watches.mute = true;
    edit(wreck);
    await quiet();
    assert.equal(restorations.length, 0);
    await pass(defaultKeeperTimings.pollMs);
    assert.equal(restorations.length, 1);
  });

  it("makes a deleted one anew after a while, with all that the administrator had chosen", async () => {
    await start(2);
    await remove();
    await pass(graceMs - 1);
    assert.equal(live(), undefined);
    await pass(1);
    await eventually("it is back", () => live() !== undefined);
    await quiet();
    assert.deepEqual(entries(), original.webhooks);
    assert.deepEqual(live()?.metadata?.annotations, original.metadata?.annotations);
    assert.deepEqual(live()?.metadata?.labels, original.metadata?.labels);
    assert.deepEqual(
      restorations.map(({ cause }) => cause),
      ["deleted"],
    );
  });

  it("leaves one alone that is deleted and made anew by somebody else", async () => {
    await start();
    await remove();
    await pass(graceMs / 2);
    const { metadata, ...rest } = original;
    server.store.create(collection, { ...rest, metadata: { ...metadata, labels: { by: "kubectl" } } });
    await pass(graceMs);
    assert.deepEqual(
      restorations.map(({ cause }) => cause),
      ["edited"],
    );
    assert.equal(live()?.metadata?.labels?.["by"], "kubectl");
  });

  const goings: Readonly<Record<string, () => void>> = {
    "the Deployment is gone": () => server.store.delete(deployments, name),
    "the Deployment is scaled to nothing": () => {
      server.store.update(deployments, name, { metadata: { name }, spec: { replicas: 0 } } as object);
    },
    "the Deployment is being deleted": () => {
      server.store.update(deployments, name, { metadata: { name, deletionTimestamp: "now" } } as object);
    },
    "the namespace is being deleted": () => {
      const metadata = { name: namespace, deletionTimestamp: "now" };
      server.store.update("/api/v1/namespaces", namespace, { metadata });
    },
    "it had been switched off": () => {
      annotate("false");
    },
  };
  for (const [what, happen] of Object.entries(goings)) {
    it(`does not make it anew where ${what}`, async () => {
      await start(2);
      happen();
      await remove();
      await quiet();
      await pass(graceMs);
      await pass(10 * graceMs);
      assert.equal(live(), undefined);
      assert.deepEqual(restorations, []);
    });
  }

  it("does not make it anew where it may not, and says so once", async () => {
    await start();
    server.fault = ({ path, method }) => (method === "POST" || path.startsWith(deployments) ? 403 : undefined);
    await remove();
    await pass(graceMs);
    await pass(60_000);
    assert.equal(live(), undefined);
    assert.equal(captured.lines.filter(({ level }) => level === 40).length, 1);
  });

  it("does not make one that it has never seen", async () => {
    server.store.delete(collection, name);
    await start();
    await pass(10 * graceMs);
    assert.equal(live(), undefined);
  });

  it("takes up again what was switched off and on", async () => {
    await start();
    annotate("false");
    edit(wreck);
    await pass(60_000);
    assert.equal(restorations.length, 0);
    annotate("true");
    await eventually("it is as before", () => restorations.length > 0);
    assert.deepEqual(entries(), original.webhooks);
  });

  it("lets entries refuse pods as soon as the webhook is known to answer", async () => {
    mayRefuse = false;
    await start();
    edit((current) => withEntry(current, 0, { failurePolicy: "Ignore" }));
    await quiet();
    assert.equal(restorations.length, 0);
    mayRefuse = true;
    for (const healer of healers) healer.ring();
    await eventually("it is as before", () => restorations.length > 0);
    assert.deepEqual(entries(), original.webhooks);
  });

  it("writes what is right again when told that nobody goes by it, and only that", async () => {
    await start();
    const [healer] = healers;
    healer?.refresh();
    await quiet();
    assert.deepEqual(
      restorations.map(({ cause }) => cause),
      ["distrusted", "distrusted"],
      "both configurations",
    );
    assert.deepEqual(entries(), original.webhooks);
    assert.ok(live()?.metadata?.annotations?.["outrigger.dev/touched"] !== undefined);
    annotate("false");
    healer?.refresh();
    await pass(60_000);
    const ofMutating = restorations.filter(({ reference }) => reference.resource === mutating.resource);
    assert.equal(ofMutating.length, 1, "not where it is switched off");
  });

  it("does not fight for long with somebody who insists", async () => {
    await start();
    const { most, windowMs } = defaultRestoreLimits;
    server.store.onEvent(({ collection: changed, object }) => {
      if (changed !== collection) return;
      const current = object as LiveForm & WebhookConfiguration;
      const rules = current.webhooks[0]?.["rules"];
      if (Array.isArray(rules) && rules.length > 0 && restorations.length < 100)
        setImmediate(() => {
          edit(wreck);
        });
    });
    edit(wreck);
    await eventually("the budget is spent", () => restorations.length === most);
    await quiet();
    await pass(windowMs / 2);
    assert.equal(restorations.length, most);
    await pass(windowMs / 2);
    await eventually("it goes on, slowly", () => restorations.length > most);
  });
});
