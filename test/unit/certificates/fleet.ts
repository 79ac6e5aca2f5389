/**
 * Several replicas of the webhook's certificates against one fake API server and one fake clock, and a witness who checks
 * that nobody ever serves what some API server would refuse.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { readAuthorities } from "../../../src/certificates/authority.ts";
import type { Authority, SecretData } from "../../../src/certificates/authority.ts";
import { isTrusted } from "../../../src/certificates/chain.ts";
import type { CertificatePolicy } from "../../../src/certificates/certificate-policy.ts";
import { silentObserver } from "../../../src/certificates/certificate-source.ts";
import { readBundles } from "../../../src/certificates/webhook-configuration.ts";
import type { ConfigurationReference, WebhookConfiguration } from "../../../src/certificates/webhook-configuration.ts";
import { createWebhookCertificates } from "../../../src/certificates/webhook-certificates.ts";
import type { WebhookCertificates } from "../../../src/certificates/webhook-certificates.ts";
import type { KubernetesObject } from "../../../src/kubernetes/api.ts";
import { captureLogger } from "../../captured-logger.ts";
import { FakeClock } from "../../fake-clock.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";

export const secretsCollection = "/api/v1/namespaces/outrigger-system/secrets";
export const secretName = "outrigger-webhook-certificates";
export const configurationsCollection = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
export const configuration: ConfigurationReference = { resource: "mutatingwebhookconfigurations", name: "outrigger" };

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export const fleetPolicy: CertificatePolicy = {
  authorityLifetimeMs: 365 * day,
  leafLifetimeMs: day,
  overlapMs: day,
  settleMs: 2 * minute,
  narrowMs: 6 * hour,
  pollMs: hour,
};

/** A configuration with two entries, as ours has. */
export function emptyConfiguration(): WebhookConfiguration & { readonly webhooks: readonly object[] } {
  return {
    metadata: { name: configuration.name },
    webhooks: [
      { name: "namespace.outrigger.dev", clientConfig: {} },
      { name: "pod.outrigger.dev", clientConfig: {} },
    ],
  };
}

interface Replica {
  readonly certificates: WebhookCertificates;
  /** Whether the witness looks at it: from its first readiness on. */
  wasReady: boolean;
}

export class Fleet {
  readonly server = new FakeKubernetes();
  readonly clock = new FakeClock();
  readonly captured = captureLogger();
  readonly replicas: Replica[] = [];
  readonly policy: CertificatePolicy;
  /** What API servers may still believe: every bundle with the time it was written. */
  readonly #bundles: { readonly at: number; readonly bundles: readonly string[] }[] = [];
  /** Switched off where a test edits the configuration by hand. */
  watchful = true;
  checks = 0;
  /** Found inside callbacks, where a thrown assertion would count as a failure of the code under test. */
  #violations = 0;
  #seed = 1;

  constructor(policy: Partial<CertificatePolicy> = {}) {
    this.policy = { ...fleetPolicy, ...policy };
    this.server.store.onEvent(({ collection, object }) => {
      if (collection !== configurationsCollection) return;
      this.#bundles.push({ at: this.clock.now(), bundles: readBundles(object) });
      this.check();
    });
  }

  async start(replicas: number): Promise<void> {
    await this.server.start();
    this.server.store.create(configurationsCollection, emptyConfiguration());
    await Promise.all(Array.from({ length: replicas }, () => this.add()));
    await this.settle();
  }

  async add(): Promise<WebhookCertificates> {
    const certificates = createWebhookCertificates({
      origin: {
        kind: "shared-secret",
        names: ["outrigger-webhook.outrigger-system.svc", "127.0.0.1"],
        secret: { namespace: "outrigger-system", name: secretName },
        cluster: { api: this.server.client(`replica-${this.replicas.length}`), configurations: [configuration] },
      },
      clock: this.clock,
      random: () => this.#random(),
      log: this.captured.log,
      observer: silentObserver,
      policy: this.policy,
      watchTimings: { silenceMs: 10_000 * day },
    });
    this.replicas.push({ certificates, wasReady: false });
    certificates.source.onChange(() => {
      this.check();
    });
    await certificates.start();
    return certificates;
  }

  async stop(): Promise<void> {
    for (const { certificates } of this.replicas) certificates.stop();
    await this.server.stop();
  }

  /** Waits until everybody has done what there is to do at this moment of the fake clock. */
  async settle(): Promise<void> {
    let quiet = 0;
    let before = -1;
    while (quiet < 3) {
      await Promise.all(this.replicas.map(({ certificates }) => certificates.idle()));
      await sleep(2);
      const { requests, inFlight } = this.server;
      quiet = inFlight === 0 && requests.length === before ? quiet + 1 : 0;
      before = requests.length;
    }
    this.check();
    assert.equal(this.#violations, 0, "an API server refuses what is served");
  }

  /** Lets time pass in steps; after each, everybody gets to do his work. */
  async pass(forMs: number, stepMs: number, eachStep: () => Promise<void> | void = () => undefined): Promise<void> {
    for (let passed = 0; passed < forMs; passed += stepMs) {
      this.clock.advance(stepMs);
      await this.settle();
      await eachStep();
    }
  }

  /** Every leaf that is served must be accepted by API servers that are up to half the settling time behind. */
  check(): void {
    const now = this.clock.now();
    const believed = this.#bundles.filter((_, index) => {
      const replacedAt = this.#bundles[index + 1]?.at ?? Infinity;
      return replacedAt >= now - this.policy.settleMs / 2;
    });
    for (const replica of this.replicas) {
      const { certificates } = replica;
      const { source } = certificates;
      replica.wasReady ||= certificates.unready() === undefined && source.current() !== undefined;
      if (!replica.wasReady || !this.watchful) continue;
      const served = source.current()?.certificate ?? "";
      for (const { bundles } of believed) {
        if (bundles.every((bundle) => bundle === "")) continue;
        if (!bundles.every((bundle) => isTrusted(served, bundle, now))) this.#violations += 1;
        this.checks += 1;
      }
    }
  }

  authorities(): readonly Authority[] {
    const secret = this.server.store.find(secretsCollection, secretName) as
      (KubernetesObject & { readonly data: SecretData }) | undefined;
    return readAuthorities(secret?.data ?? {});
  }

  numbers(): readonly number[] {
    return this.authorities().map(({ number }) => number);
  }

  /** PEM of each entry. */
  liveBundles(): readonly string[] {
    return readBundles(this.server.store.get(configurationsCollection, configuration.name));
  }

  /** The numbers of the CAs that sign what is served, one for each replica. */
  servedBy(): readonly (number | undefined)[] {
    const authorities = this.authorities();
    return this.replicas.map(({ certificates }) => {
      const served = certificates.source.current()?.certificate ?? "";
      return authorities.find(({ certificate }) => isTrusted(served, certificate, this.clock.now()))?.number;
    });
  }

  /** Reproducible, and different for each replica. */
  #random(): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }
}
