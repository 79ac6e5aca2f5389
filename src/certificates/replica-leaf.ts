/**
 * The leaf of one replica: signed by a shared CA, renewed in time, kept in memory only.
 */
import type { Clock } from "../clock.ts";
import type { Log } from "../observability/logger.ts";
import type { Authority } from "./authority.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import { renewalTime } from "./certificate-policy.ts";
import type { CertificateObserver } from "./certificate-source.ts";
import { isValidAt } from "./certificate-source.ts";
import type { IssuedLeaf } from "./issue.ts";
import { issueLeaf } from "./issue.ts";
import { chooseIssuer } from "./issuer-choice.ts";

/** What the clients of this replica trust. */
export interface ClientTrust {
  /** Whether they accept a certificate (PEM, leaf first) now. */
  trusts(chain: string): boolean;
  /** Since when they have trusted a CA (fingerprint), in milliseconds since the epoch; undefined where they do not. */
  trustedSince(authority: string): number | undefined;
}

export interface ReplicaLeafOptions {
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly observer: CertificateObserver;
  readonly policy: Pick<CertificatePolicy, "leafLifetimeMs" | "settleMs">;
  /** DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly trust: ClientTrust;
}

interface Leaf extends IssuedLeaf {
  readonly issuer: string;
  readonly renewAt: number;
}

export class ReplicaLeaf {
  readonly #options: ReplicaLeafOptions;
  #leaf: Leaf | undefined;

  constructor(options: ReplicaLeafOptions) {
    this.#options = options;
  }

  get(): IssuedLeaf | undefined {
    return this.#leaf;
  }

  /** When it is to be renewed, in milliseconds since the epoch; infinite where there is none. */
  renewAt(): number {
    return this.#leaf?.renewAt ?? Infinity;
  }

  /**
   * Signs a new leaf where one is due, or where another CA should have signed the present one.
   *
   * @param authorities newest first
   */
  async renew(authorities: readonly Authority[]): Promise<void> {
    const { clock, random, log, observer, policy, names, trust } = this.#options;
    const now = clock.now();
    const leaf = this.#leaf;
    const issuer = chooseIssuer({
      authorities: authorities.filter((authority) => isValidAt(authority, now)),
      leaf: leaf && { ...leaf, isTrusted: trust.trusts(leaf.certificate) },
      trustedSince: ({ fingerprint }) => trust.trustedSince(fingerprint),
      now,
      settleMs: policy.settleMs,
    });
    if (issuer === undefined) return;
    const issued = await issueLeaf(issuer, names, now, policy.leafLifetimeMs);
    this.#leaf = { ...issued, issuer: issuer.fingerprint, renewAt: renewalTime(issued, random()) };
    observer.renewed("serving", issued.notAfter);
    log.info({ authority: issuer.number, notAfter: new Date(issued.notAfter) }, "webhook serving certificate issued");
  }
}
