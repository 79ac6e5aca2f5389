/**
 * Certificates by a CA that exists only in this process: for running the webhook by itself, without a cluster.
 *
 * Whoever calls it trusts the CA it prints. The CA is renewed like any other, with the old one still in the bundle; a
 * caller has the rest of the old one's overlap to notice.
 */
import type { Clock } from "../clock.ts";
import { createLoggedLoop } from "../kubernetes/logged-loop.ts";
import type { Log } from "../observability/logger.ts";
import type { Authority } from "./authority.ts";
import { bundleOf } from "./authority.ts";
import { isTrusted } from "./chain.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import type { CertificateObserver, CertificateSource } from "./certificate-source.ts";
import { CurrentCertificate } from "./current-certificate.ts";
import { issueAuthority } from "./issue.ts";
import type { ClientTrust } from "./replica-leaf.ts";
import { ReplicaLeaf } from "./replica-leaf.ts";
import { planSuccession } from "./succession.ts";

export interface SelfMadeOptions {
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly observer: CertificateObserver;
  readonly policy: CertificatePolicy;
  /** DNS names and IP addresses of the serving certificate. */
  readonly names: readonly string[];
}

/** A source that needs nothing but this process. */
export function createSelfMadeSource(options: SelfMadeOptions): CertificateSource & { idle(): Promise<void> } {
  const { clock, random, log, observer, policy } = options;
  const messages = { failed: "webhook certificate not made", recovered: "webhook certificate made again" };
  const current = new CurrentCertificate(clock);
  const jitter = random();
  let authorities: readonly Authority[] = [];
  // Nobody can be asked since when the callers trust a CA: the oldest signs as long as it is in the bundle.
  const trust: ClientTrust = {
    trusts: (chain) => isTrusted(chain, bundleOf(authorities), clock.now()),
    trustedSince: () => Infinity,
  };
  const leaf = new ReplicaLeaf({ ...options, trust });

  async function renew(): Promise<number> {
    const now = clock.now();
    const succession = { authorities, now, policy, jitter, rotationRequested: false, isSettled: () => true };
    const { keep, next } = planSuccession(succession);
    const made = next === undefined ? [] : [await issueAuthority(next, now, policy.authorityLifetimeMs)];
    for (const { notAfter } of made) observer.renewed("ca", notAfter);
    authorities = [...made, ...keep];
    await leaf.renew(authorities);
    const issued = leaf.get();
    if (issued !== undefined) current.set({ ...issued, caBundle: bundleOf(authorities) });
    return policy.pollMs;
  }

  const loop = createLoggedLoop({
    run: renew,
    clock,
    random,
    log,
    messages,
    onFailure: () => {
      observer.failed("issue");
    },
  });
  return {
    start: async () => {
      loop.ring();
      await loop.idle();
    },
    current: () => current.get(),
    healthy: () => current.isHealthy(),
    onChange: (listener) => current.onChange(listener),
    stop: loop.stop,
    idle: loop.idle,
  };
}
