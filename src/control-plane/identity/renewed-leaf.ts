/**
 * One leaf that is renewed in time: at two thirds of its life, or, where its CA ends before it should, as soon as another
 * signs; and at once where nobody trusts its signer any more.
 */
import { isValidAt } from "../../certificates/certificate-source.ts";
import { renewalTime } from "../../certificates/certificate-policy.ts";
import type { Clock } from "../../clock.ts";
import type { IdentityPolicy } from "./identity-policy.ts";
import type { IssuedLeaf, LeafSubject } from "./issue-certificate.ts";
import { issueLeaf, wholeSeconds } from "./issue-certificate.ts";
import { chooseSigner, nextSignerChange } from "./rotation-plan.ts";
import type { SigningAuthority } from "./signing-authority.ts";

export interface RenewedLeafOptions {
  readonly subject: LeafSubject;
  readonly policy: Pick<IdentityPolicy, "leafLifetimeMs" | "propagationMs">;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

interface Leaf extends IssuedLeaf {
  readonly signer: string;
  readonly renewAt: number;
}

export class RenewedLeaf {
  readonly #options: RenewedLeafOptions;
  #leaf: Leaf | undefined;

  constructor(options: RenewedLeafOptions) {
    this.#options = options;
  }

  /** The leaf, where there is one that is valid now. */
  get(): IssuedLeaf | undefined {
    return isValidAt(this.#leaf, this.#options.clock.now()) ? this.#leaf : undefined;
  }

  /** Whether it is to be renewed now. */
  isDue(authorities: readonly SigningAuthority[]): boolean {
    const { clock, policy } = this.#options;
    const [leaf, now] = [this.#leaf, clock.now()];
    if (leaf === undefined || !isValidAt(leaf, now)) return true;
    if (!authorities.some(({ fingerprint }) => fingerprint === leaf.signer)) return true;
    if (leaf.renewAt > now) return false;
    // One that ends with its CA gains nothing by the same CA's signing again.
    const signer = chooseSigner(authorities, now, policy);
    return (
      signer !== undefined && (signer.fingerprint !== leaf.signer || leaf.notAfter < wholeSeconds(signer.notAfter))
    );
  }

  /**
   * When to ask {@link isDue} again, in milliseconds since the epoch: always later than now.
   *
   * @param authorities those that it was asked with
   */
  reviewAt(authorities: readonly SigningAuthority[]): number {
    const { clock, policy } = this.#options;
    const now = clock.now();
    const ends = [this.#leaf?.renewAt ?? now, this.#leaf?.notAfter ?? now].filter((at) => at > now);
    return Math.min(nextSignerChange(authorities, now, policy), ...ends);
  }

  /**
   * Signs a new one where that is due; whether it did.
   *
   * @param authorities newest first
   * @throws Error where there is no CA to sign, or its key is of a kind that is not supported
   */
  renew(authorities: readonly SigningAuthority[]): boolean {
    if (!this.isDue(authorities)) return false;
    this.#sign(authorities);
    return true;
  }

  #sign(authorities: readonly SigningAuthority[]): void {
    const { subject, policy, clock, random } = this.#options;
    const now = clock.now();
    const signer = chooseSigner(authorities, now, policy);
    if (signer === undefined) throw new Error("there is no CA that is valid now");
    const issued = issueLeaf(signer, subject, now, policy.leafLifetimeMs);
    this.#leaf = { ...issued, signer: signer.fingerprint, renewAt: renewalTime(issued, random()) };
  }
}
