/**
 * Certificates by our own CA, which all replicas share in a Secret.
 *
 * The CA is shared, the leaf is not: each replica signs its own and keeps it in memory. So the Secret is written only
 * when the CA changes, a replica goes on renewing its leaf while the API server is away, and no serving key is ever
 * stored. See docs/decisions/webhook-certificates.md.
 */
import type { Clock } from "../clock.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import type { ListWatch, ListWatchTimings } from "../kubernetes/list-watch.ts";
import { createLoggedLoop } from "../kubernetes/logged-loop.ts";
import type { ReconcileLoop } from "../kubernetes/reconcile-loop.ts";
import type { Log } from "../observability/logger.ts";
import type { SecretLocation } from "./authority-secret.ts";
import { reconcileAuthoritySecret } from "./authority-secret.ts";
import { createSecretWatch } from "./secret-watch.ts";
import type { Authority } from "./authority.ts";
import { bundleOf } from "./authority.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import type { CertificateObserver, CertificateSource, ServingCertificate } from "./certificate-source.ts";
import { CurrentCertificate } from "./current-certificate.ts";
import { issueAuthority } from "./issue.ts";
import type { LiveBundles } from "./live-bundles.ts";
import { ReplicaLeaf } from "./replica-leaf.ts";

export interface SharedSecretOptions {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly observer: CertificateObserver;
  readonly policy: CertificatePolicy;
  readonly secret: SecretLocation;
  /** DNS names and IP addresses of the serving certificate. */
  readonly names: readonly string[];
  /** What the live webhook configurations trust. */
  readonly live: LiveBundles;
  readonly watchTimings?: Partial<ListWatchTimings>;
}

/** Also makes rotations, and tells how fresh its view of the Secret is. */
export interface SharedSecretSource extends CertificateSource {
  /** Makes a new CA take the place of the present one, over the usual steps; resolves when it is in the Secret. */
  rotate(): Promise<void>;
  /** Whether the Secret has been read lately. */
  isFresh(): boolean;
  /** Text that all replicas know and nobody else; undefined before the Secret has been read. */
  sharedKey(): string | undefined;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** A source that shares its CA; needs `get`, `list`, `watch` and `update` on the Secret, and `create` on Secrets. */
export function createSharedSecretSource(options: SharedSecretOptions): SharedSecretSource {
  return new SharedSecret(options);
}

class SharedSecret implements SharedSecretSource {
  readonly #options: SharedSecretOptions;
  readonly #current: CurrentCertificate;
  readonly #leaf: ReplicaLeaf;
  readonly #loop: ReconcileLoop;
  readonly #watch: ListWatch<undefined>;
  readonly #jitter: number;
  #authorities: readonly Authority[] = [];
  #readAt = -Infinity;
  #rotation: PromiseWithResolvers<undefined> | undefined;
  #stopListening = (): void => undefined;

  constructor(options: SharedSecretOptions) {
    this.#options = options;
    this.#jitter = options.random();
    this.#current = new CurrentCertificate(options.clock);
    this.#leaf = new ReplicaLeaf({ ...options, trust: options.live });
    this.#loop = createSecretLoop(options, () => this.#reconcile());
    this.#watch = createSecretWatch(options, this.#loop.ring, () => {
      options.observer.failed("watch");
    });
  }

  async start(): Promise<void> {
    this.#stopListening = this.#options.live.onChange(this.#loop.ring);
    this.#loop.ring();
    this.#watch.start();
    await this.#loop.idle();
  }

  stop(): void {
    this.#stopListening();
    this.#watch.stop();
    this.#loop.stop();
  }

  current(): ServingCertificate | undefined {
    return this.#current.get();
  }

  healthy(): boolean {
    return this.#current.isHealthy();
  }

  onChange(listener: (certificate: ServingCertificate) => void): () => void {
    return this.#current.onChange(listener);
  }

  isFresh(): boolean {
    const { clock, policy } = this.#options;
    return clock.now() - this.#readAt <= 2 * policy.pollMs;
  }

  sharedKey(): string | undefined {
    // The oldest: during a rotation it is the one that every replica has seen.
    return this.#authorities.at(-1)?.key;
  }

  idle(): Promise<void> {
    return this.#loop.idle();
  }

  async rotate(): Promise<void> {
    this.#rotation ??= Promise.withResolvers();
    const { promise } = this.#rotation;
    this.#loop.ring();
    await promise;
  }

  /** @returns in how many milliseconds to look again */
  async #reconcile(): Promise<number> {
    let reviewAt: number;
    try {
      reviewAt = await this.#reconcileAuthorities();
    } finally {
      // A leaf must be renewed also while there is no API server to ask.
      await this.#leaf.renew(this.#authorities);
      this.#publish();
    }
    return this.#untilNextChange(reviewAt);
  }

  async #reconcileAuthorities(): Promise<number> {
    const { api, clock, log, observer, policy, secret, live } = this.#options;
    const readAt = clock.now();
    const rotation = this.#rotation;
    const { authorities, made, reviewAt } = await reconcileAuthoritySecret(
      {
        api,
        location: secret,
        policy,
        issue: issueAuthority,
        now: () => clock.now(),
        jitter: this.#jitter,
        isSettled: ({ fingerprint }) => clock.now() - (live.trustedSince(fingerprint) ?? Infinity) >= policy.settleMs,
      },
      { known: this.#authorities, rotate: rotation !== undefined },
    );
    this.#authorities = authorities;
    this.#readAt = readAt;
    if (made !== undefined) {
      observer.renewed("ca", made.notAfter);
      log.info({ authority: made.number, notAfter: new Date(made.notAfter) }, "webhook CA created");
      if (rotation !== undefined) this.#rotation = undefined;
      rotation?.resolve(undefined);
    }
    return reviewAt;
  }

  #publish(): void {
    const leaf = this.#leaf.get();
    if (leaf !== undefined) this.#current.set({ ...leaf, caBundle: bundleOf(this.#authorities) });
  }

  #untilNextChange(reviewAt: number): number {
    const { clock, policy, live } = this.#options;
    const now = clock.now();
    const settling = this.#authorities
      .map(({ fingerprint }) => (live.trustedSince(fingerprint) ?? -Infinity) + policy.settleMs)
      .filter((at) => at > now);
    return Math.max(0, Math.min(now + policy.pollMs, reviewAt, this.#leaf.renewAt(), ...settling) - now);
  }
}

function createSecretLoop(
  { clock, random, log, observer, secret }: SharedSecretOptions,
  run: () => Promise<number>,
): ReconcileLoop {
  const messages = { failed: "webhook certificate not reconciled", recovered: "webhook certificate reconciled again" };
  return createLoggedLoop({
    run,
    clock,
    random,
    log,
    messages,
    fields: { secret: `${secret.namespace}/${secret.name}` },
    onFailure: () => {
      observer.failed("authority-secret");
    },
  });
}
