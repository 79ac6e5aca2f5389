/**
 * Certificates of the workloads that are connected: one for each service account, signed when its first proxy comes, renewed
 * in time, kept in memory only.
 */
import { setImmediate as afterOthers } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import type { ReconcileLoop } from "../../kubernetes/reconcile-loop.ts";
import { createLoggedLoop } from "../../kubernetes/logged-loop.ts";
import type { IdentityMetrics } from "../../observability/identity-metrics.ts";
import type { Log } from "../../observability/logger.ts";
import { createChangeListeners } from "./change-listeners.ts";
import type { IdentityPolicy } from "./identity-policy.ts";
import { RenewedLeaf } from "./renewed-leaf.ts";
import type { AuthoritySource } from "./signing-authority.ts";
import { trustBundleOf } from "./trust-bundle.ts";
import type { WorkloadCertificate } from "../xds/secrets.ts";
import type { IdentityChange, LiveSecrets } from "./workload-secrets.ts";

export interface WorkloadIssuerOptions {
  readonly authorities: AuthoritySource;
  readonly policy: IdentityPolicy;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: IdentityMetrics;
}

export interface WorkloadIssuer extends LiveSecrets {
  start(): void;
  stop(): void;
  /**
   * Makes sure that there is a certificate for a SPIFFE URI, and keeps it renewed until the function that it returns was
   * called as often as this.
   *
   * @throws Error where no CA can sign
   */
  acquire(identity: string): () => void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface Entry {
  readonly leaf: RenewedLeaf;
  users: number;
}

/** Nothing happens before `start()`; the authorities are started by whoever made them. */
export function createWorkloadIssuer(options: WorkloadIssuerOptions): WorkloadIssuer {
  return new Issuer(options);
}

class Issuer implements WorkloadIssuer {
  readonly #options: WorkloadIssuerOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = createChangeListeners<IdentityChange>();
  readonly #loop: ReconcileLoop;
  #bundle = "";
  #stopListening = (): void => undefined;

  constructor(options: WorkloadIssuerOptions) {
    this.#options = options;
    const { clock, random, log, metrics } = options;
    const messages = { failed: "workload certificates not renewed", recovered: "workload certificates renewed again" };
    this.#loop = createLoggedLoop({
      run: () => this.#renewAll(),
      clock,
      random,
      log,
      messages,
      onFailure: () => {
        metrics.certificateFailed();
      },
    });
  }

  start(): void {
    this.#stopListening = this.#options.authorities.onChange(() => {
      this.#readBundle();
      this.#loop.ring();
    });
    this.#readBundle();
    this.#loop.ring();
  }

  stop(): void {
    this.#stopListening();
    this.#loop.stop();
  }

  certificate(identity: string): WorkloadCertificate | undefined {
    const leaf = this.#entries.get(identity)?.leaf.get();
    return leaf === undefined ? undefined : { certificateChain: leaf.certificate, privateKey: leaf.key };
  }

  expiresAt(identity: string): number | undefined {
    return this.#entries.get(identity)?.leaf.get()?.notAfter;
  }

  trustBundle(): string {
    return this.#bundle;
  }

  subscribe(listener: (change: IdentityChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  idle(): Promise<void> {
    return this.#loop.idle();
  }

  acquire(identity: string): () => void {
    const entry = this.#entryOf(identity);
    entry.users += 1;
    let isReleased = false;
    const release = (): void => {
      // Kept until its next renewal: the next pod of a rollout is about to ask for it.
      if (!isReleased) entry.users -= 1;
      isReleased = true;
    };
    try {
      if (entry.leaf.get() === undefined) {
        this.#renew(identity, entry);
        // One that is due before everything is looked at anyway.
        if (this.#untilReview([entry.leaf]) < this.#options.policy.pollMs) this.#loop.ring();
      }
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }

  #entryOf(identity: string): Entry {
    const { policy, clock, random } = this.#options;
    const entry = this.#entries.get(identity) ?? {
      leaf: new RenewedLeaf({ subject: { uri: identity }, policy, clock, random }),
      users: 0,
    };
    this.#entries.set(identity, entry);
    this.#options.metrics.certificates(this.#entries.size);
    return entry;
  }

  #renew(identity: string, { leaf }: Entry): void {
    const { authorities, log, metrics } = this.#options;
    if (!leaf.renew(authorities.current())) return;
    metrics.certificateIssued();
    const notAfter = new Date(leaf.get()?.notAfter ?? 0);
    log.debug({ identity, notAfter }, "workload certificate issued");
    this.#listeners.tell({ identities: new Set([identity]), trust: false });
  }

  /** @returns in how many milliseconds to look again */
  async #renewAll(): Promise<number> {
    const { authorities, metrics } = this.#options;
    for (const [identity, entry] of [...this.#entries]) {
      if (!entry.leaf.isDue(authorities.current())) continue;
      if (entry.users > 0) this.#renew(identity, entry);
      else this.#entries.delete(identity);
      // After a root was exchanged all of them may be due at once, and proxies wait meanwhile.
      await afterOthers();
    }
    metrics.certificates(this.#entries.size);
    return this.#untilReview(Array.from(this.#entries.values(), ({ leaf }) => leaf));
  }

  /** In how many milliseconds one of these may be due. */
  #untilReview(leaves: readonly RenewedLeaf[]): number {
    const { authorities, policy, clock } = this.#options;
    const current = authorities.current();
    const soonest = leaves.reduce((soonest, leaf) => Math.min(soonest, leaf.reviewAt(current)), Infinity);
    return Math.min(policy.pollMs, soonest - clock.now());
  }

  #readBundle(): void {
    const { authorities, metrics } = this.#options;
    const current = authorities.current();
    for (const { notAfter } of current.slice(0, 1)) metrics.rootExpiry(notAfter);
    const bundle = trustBundleOf(current);
    // With an empty bundle proxies would trust nobody; the last one is better than none.
    if (bundle === "" || bundle === this.#bundle) return;
    this.#bundle = bundle;
    this.#listeners.tell({ identities: new Set(), trust: true });
  }
}
