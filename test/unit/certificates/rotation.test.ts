import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { bundleOf } from "../../../src/certificates/authority.ts";
import { rotateAnnotation } from "../../../src/certificates/authority-secret.ts";
import type { CertificatePolicy } from "../../../src/certificates/certificate-policy.ts";
import { issueAuthority } from "../../../src/certificates/issue.ts";
import type { WebhookConfiguration } from "../../../src/certificates/webhook-configuration.ts";
import {
  configuration,
  configurationsCollection,
  day,
  emptyConfiguration,
  Fleet,
  hour,
  minute,
  secretName,
  secretsCollection,
} from "./fleet.ts";

describe("a fleet of replicas", () => {
  let fleet: Fleet;

  afterEach(async () => {
    await fleet.stop();
  });

  /** Lets nobody past a read of the Secret before all have asked for it. */
  function gatherReaders(count: number): void {
    const all = Promise.withResolvers<undefined>();
    let waiting = 0;
    fleet.server.gate = async ({ method, path }) => {
      if (method !== "GET" || !path.endsWith(secretName) || waiting >= count) return;
      waiting += 1;
      if (waiting === count) all.resolve(undefined);
      await all.promise;
    };
  }

  async function startFleet(replicas: number, policy: Partial<CertificatePolicy> = {}): Promise<void> {
    fleet = new Fleet(policy);
    await fleet.start(replicas);
  }

  function allReady(): boolean {
    return fleet.replicas.every(({ certificates }) => certificates.unready() === undefined);
  }

  function annotate(value: string): void {
    const secret = fleet.server.store.get(secretsCollection, secretName);
    fleet.server.store.update(secretsCollection, secretName, {
      ...secret,
      metadata: { ...secret.metadata, annotations: { [rotateAnnotation]: value } },
    });
  }

  function setBundle(caBundle: string): void {
    const live = fleet.server.store.get(configurationsCollection, configuration.name) as WebhookConfiguration;
    const webhooks = (live.webhooks ?? []).map((entry) => ({ ...entry, clientConfig: { caBundle } }));
    fleet.server.store.update(configurationsCollection, configuration.name, { ...live, webhooks } as typeof live);
  }

  it("starting at the same moment agrees on one CA", async () => {
    fleet = new Fleet();
    gatherReaders(5);
    await fleet.start(5);
    assert.deepEqual(fleet.numbers(), [1]);
    assert.deepEqual(fleet.servedBy(), [1, 1, 1, 1, 1]);
    assert.deepEqual(fleet.liveBundles(), Array(2).fill(bundleOf(fleet.authorities())));
    assert.ok(allReady());
    const leaves = new Set(fleet.replicas.map(({ certificates }) => certificates.source.current()?.certificate));
    assert.equal(leaves.size, 5, "each has a leaf of its own");
    const creates = fleet.server.requests.filter(({ method }) => method === "POST");
    assert.equal(creates.length, 5, "all tried, one won");
  });

  it("lives through CA and leaf renewals without a moment of distrust", async () => {
    await startFleet(3, { authorityLifetimeMs: 4 * day });
    const seen = new Set<number>();
    const sizes = new Set<number>();
    await fleet.pass(9 * day, hour, () => {
      for (const number of fleet.numbers()) seen.add(number);
      sizes.add(fleet.authorities().length);
      assert.ok(allReady());
    });
    assert.deepEqual([...seen], [1, 2, 3, 4]);
    assert.deepEqual([...sizes].sort(), [1, 2], "old CAs are dropped");
    assert.ok(fleet.checks > 500, `${fleet.checks} checks`);
  });

  it("takes the new CA into the bundle first, serves by it later, drops the old one last", async () => {
    await startFleet(2);
    await fleet.replicas[0]?.certificates.rotate();
    await fleet.settle();
    const [newest, oldest] = fleet.authorities();
    assert.ok(newest !== undefined && oldest !== undefined);
    assert.deepEqual(fleet.numbers(), [2, 1]);
    assert.deepEqual(fleet.liveBundles(), Array(2).fill(bundleOf([newest, oldest])));
    assert.deepEqual(fleet.servedBy(), [1, 1]);
    await fleet.pass(minute, 10_000);
    assert.deepEqual(fleet.servedBy(), [1, 1]);
    await fleet.pass(minute + 10_000, 10_000);
    assert.deepEqual(fleet.servedBy(), [2, 2]);
    assert.deepEqual(fleet.numbers(), [2, 1]);
    await fleet.pass(day, hour);
    assert.deepEqual(fleet.numbers(), [2]);
    assert.deepEqual(fleet.liveBundles(), Array(2).fill(bundleOf([newest, oldest])), "not narrowed yet");
    await fleet.pass(7 * hour, hour);
    assert.deepEqual(fleet.liveBundles(), Array(2).fill(bundleOf([newest])));
  });

  it("rotates three times in a row on request without a moment of distrust", async () => {
    await startFleet(3);
    for (const round of [1, 2, 3]) {
      annotate(`round ${round}`);
      await fleet.pass(30_000, 5_000);
      assert.equal(fleet.numbers()[0], round + 1);
      const { metadata } = fleet.server.store.get(secretsCollection, secretName);
      assert.equal(metadata?.annotations?.[rotateAnnotation], undefined, "the request is taken off");
    }
    assert.deepEqual(fleet.numbers(), [4, 3, 2, 1]);
    await fleet.pass(3 * minute, 5_000);
    assert.deepEqual(fleet.servedBy(), [4, 4, 4]);
    await fleet.pass(2 * day, hour);
    assert.deepEqual(fleet.numbers(), [4]);
    assert.ok(allReady());
  });

  it("makes room before it takes more than eight CAs", async () => {
    await startFleet(1);
    for (let round = 0; round < 9; round += 1) {
      annotate(String(round));
      await fleet.settle();
    }
    assert.equal(fleet.numbers().length, 8);
    await fleet.pass(26 * hour, hour);
    assert.equal(fleet.numbers()[0], 9, "the request was kept until there was room");
  });

  it("starting in the middle of a rotation serves by the CA that everybody knows", async () => {
    await startFleet(2);
    await fleet.replicas[0]?.certificates.rotate();
    await fleet.settle();
    await fleet.add();
    await fleet.settle();
    assert.deepEqual(fleet.servedBy(), [1, 1, 1]);
    await fleet.pass(3 * minute, 10_000);
    assert.deepEqual(fleet.servedBy(), [2, 2, 2]);
  });

  it("brings back a deleted Secret with the same CAs", async () => {
    await startFleet(3);
    await fleet.replicas[1]?.certificates.rotate();
    await fleet.settle();
    const before = fleet.authorities();
    fleet.server.store.delete(secretsCollection, secretName);
    await fleet.settle();
    assert.deepEqual(fleet.authorities(), before);
    assert.ok(allReady());
  });

  it("fills an emptied Secret again, and keeps what else is in it", async () => {
    await startFleet(2);
    const before = fleet.authorities();
    const secret = fleet.server.store.get(secretsCollection, secretName);
    const changed = { ...secret, data: { "ca-1.crt": "bm8=", other: "eA==" }, type: "Opaque" };
    fleet.server.store.update(secretsCollection, secretName, changed);
    await fleet.settle();
    assert.deepEqual(fleet.authorities(), before);
    const after = fleet.server.store.get(secretsCollection, secretName) as typeof changed & { data: { other: string } };
    assert.equal(after.data.other, "eA==");
  });

  it("survives a Secret that comes back with another CA", async () => {
    await startFleet(3);
    // A replica with no memory was faster than all others.
    const stranger = await issueAuthority(1, fleet.clock.now(), 365 * day);
    fleet.server.fault = ({ method, path }) => (method === "POST" && path.endsWith("secrets") ? 503 : undefined);
    fleet.server.store.delete(secretsCollection, secretName);
    await fleet.settle();
    const { writeAuthorities } = await import("../../../src/certificates/authority.ts");
    const data = writeAuthorities([stranger]);
    fleet.server.store.create(secretsCollection, { metadata: { name: secretName }, data } as object);
    fleet.server.fault = () => undefined;
    await fleet.pass(5 * minute, 5_000);
    assert.equal(fleet.authorities()[0]?.fingerprint, stranger.fingerprint);
    assert.deepEqual(fleet.servedBy(), [1, 1, 1]);
    assert.ok(allReady());
    await fleet.pass(8 * hour, hour);
    assert.deepEqual(fleet.liveBundles(), Array(2).fill(bundleOf([stranger])));
  });

  for (const [what, caBundle] of [
    ["emptied", ""],
    ["replaced by rubbish", Buffer.from("rubbish").toString("base64")],
  ] as const) {
    it(`heals a configuration that was ${what}`, async () => {
      await startFleet(3);
      const before = fleet.liveBundles();
      fleet.watchful = false;
      setBundle(caBundle);
      await fleet.settle();
      assert.deepEqual(fleet.liveBundles(), before);
      assert.ok(allReady());
    });
  }

  it("heals a configuration to which a foreign CA was written, and drops that one later", async () => {
    await startFleet(2);
    const before = fleet.liveBundles();
    const foreign = await issueAuthority(7, fleet.clock.now(), 365 * day);
    fleet.watchful = false;
    setBundle(Buffer.from(foreign.certificate).toString("base64"));
    await fleet.settle();
    assert.ok(allReady());
    assert.ok(fleet.liveBundles().every((bundle) => bundle.includes(foreign.certificate.trim())));
    await fleet.pass(7 * hour, hour);
    assert.deepEqual(fleet.liveBundles(), before);
  });

  it("heals the one entry that was edited and leaves the rest of the configuration alone", async () => {
    await startFleet(1);
    const live = fleet.server.store.get(configurationsCollection, configuration.name) as WebhookConfiguration;
    const [first, second] = live.webhooks ?? [];
    const edited = {
      ...live,
      webhooks: [first, { ...second, clientConfig: { url: "x", caBundle: "" }, timeoutSeconds: 3 }],
    };
    fleet.watchful = false;
    fleet.server.store.update(configurationsCollection, configuration.name, edited);
    await fleet.settle();
    const healed = fleet.server.store.get(configurationsCollection, configuration.name) as unknown as typeof edited;
    assert.deepEqual(healed.webhooks[0], first);
    assert.deepEqual(healed.webhooks[1], {
      ...edited.webhooks[1],
      clientConfig: { url: "x", caBundle: first?.clientConfig?.caBundle },
    });
  });

  it("is ready without a configuration, and fills one that appears", async () => {
    await startFleet(2);
    fleet.server.store.delete(configurationsCollection, configuration.name);
    await fleet.settle();
    assert.ok(allReady());
    fleet.server.store.create(configurationsCollection, emptyConfiguration());
    await fleet.settle();
    assert.deepEqual(fleet.liveBundles(), Array(2).fill(bundleOf(fleet.authorities())));
    assert.ok(allReady());
  });

  it("leaves bundles to cert-manager where it injects them", async () => {
    await startFleet(1);
    const annotations = { "cert-manager.io/inject-ca-from": "a/b" };
    const live = fleet.server.store.get(configurationsCollection, configuration.name);
    fleet.watchful = false;
    fleet.server.store.update(configurationsCollection, configuration.name, {
      ...live,
      metadata: { ...live.metadata, annotations },
    });
    setBundle("");
    await fleet.settle();
    assert.deepEqual(fleet.liveBundles(), ["", ""]);
    assert.ok(allReady(), "distrust may pass");
    await fleet.pass(10_000, 10_000);
    assert.equal(fleet.replicas[0]?.certificates.unready(), "a webhook configuration does not trust the certificate");
  });

  it("stops writing when all agree", async () => {
    await startFleet(3);
    await fleet.pass(2 * minute + 5_000, 5_000);
    const { revision } = fleet.server.store;
    await fleet.pass(6 * hour, hour);
    assert.equal(fleet.server.store.revision, revision);
  });

  it("renews leaves while the API server is away", async () => {
    await startFleet(2);
    const before = fleet.replicas.map(({ certificates }) => certificates.source.current()?.notAfter ?? 0);
    await fleet.server.stop();
    await fleet.pass(20 * hour, hour);
    const after = fleet.replicas.map(({ certificates }) => certificates.source.current()?.notAfter ?? 0);
    assert.ok(after.every((notAfter, index) => notAfter > (before[index] ?? 0)));
    assert.ok(allReady());
    const warnings = fleet.captured.lines.filter(({ level, msg }) => level === 40 && !msg.includes("watch"));
    assert.deepEqual(
      warnings.map(({ msg }) => msg).sort(),
      [
        "webhook CA bundle not reconciled",
        "webhook CA bundle not reconciled",
        "webhook certificate not reconciled",
        "webhook certificate not reconciled",
      ],
      "each replica says so once",
    );
    await fleet.server.start();
    annotate("after the outage");
    await fleet.pass(5 * minute, 10_000);
    assert.deepEqual(fleet.servedBy(), [2, 2]);
  });

  it("notices changes by polling where watches are mute", async () => {
    await startFleet(2);
    fleet.server.watches.mute = true;
    annotate("quietly");
    await fleet.pass(2 * hour, 10 * minute);
    assert.deepEqual(fleet.servedBy(), [2, 2]);
  });

  it("does not drop a CA whose successor the configuration does not trust", async () => {
    await startFleet(2);
    fleet.server.fault = ({ method }) => (method === "PATCH" ? 403 : undefined);
    annotate("nobody may patch");
    await fleet.pass(3 * day, hour);
    assert.deepEqual(fleet.numbers(), [2, 1]);
    assert.deepEqual(fleet.servedBy(), [1, 1]);
    assert.ok(allReady());
    fleet.server.fault = () => undefined;
    await fleet.pass(2 * hour, 10 * minute);
    assert.deepEqual(fleet.servedBy(), [2, 2]);
    assert.deepEqual(fleet.numbers(), [2]);
  });

  it("does not let a replica that cannot read the Secret take the new CA away", async () => {
    await startFleet(3);
    fleet.server.fault = ({ client, path }) => (client === "replica-2" && path.includes("secrets") ? 403 : undefined);
    await fleet.replicas[0]?.certificates.rotate();
    await fleet.pass(10 * hour, hour);
    assert.deepEqual(fleet.servedBy(), [2, 2, 1]);
    const bundle = bundleOf(fleet.authorities());
    assert.deepEqual(fleet.liveBundles(), [bundle, bundle]);
    assert.ok(allReady());
  });

  it("makes one new CA where all want to rotate at the same moment", async () => {
    await startFleet(4);
    gatherReaders(4);
    annotate("now");
    await fleet.settle();
    assert.deepEqual(fleet.numbers(), [2, 1]);
    const conflicts = fleet.server.requests.filter(({ method }) => method === "PUT").length;
    assert.equal(conflicts, 4, "all tried, one won");
  });
});
