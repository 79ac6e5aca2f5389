/**
 * Which CAs there should be. Pure; `issuer-choice.ts` says which of them signs what is served.
 *
 * A rotation takes three steps, each of which waits for the one before to have reached everybody:
 *
 * | step | the Secret holds | the webhook configurations trust | leaves are signed by |
 * |---|---|---|---|
 * | before | old | old | old |
 * | 1. a new CA is added to the Secret | new, old | old, and a moment later new, old | old |
 * | 2. the configurations have trusted it for `settleMs` | new, old | new, old | new |
 * | 3. `overlapMs` after its successor came, the old one goes | new | new, and `narrowMs` later only new | new |
 */
import type { Authority } from "./authority.ts";
import type { CertificatePolicy } from "./certificate-policy.ts";
import { clockSkewMs, renewalTime } from "./certificate-policy.ts";

/** More at the same time than any sane succession needs; the API server reads the bundle at every connection. */
const mostAuthorities = 8;

export interface SuccessionInput {
  /** Newest first. */
  readonly authorities: readonly Authority[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly policy: Pick<CertificatePolicy, "overlapMs">;
  /** A number in [0, 1) for the renewal time. */
  readonly jitter: number;
  readonly rotationRequested: boolean;
  /** Whether everybody trusts an authority's leaves by now, so that its predecessors may go. */
  readonly isSettled: (authority: Authority) => boolean;
}

export interface Succession {
  /** Those to keep, newest first. */
  readonly keep: readonly Authority[];
  /** The number of the CA to make; undefined where none is due. */
  readonly next: number | undefined;
  /** When to ask again, in milliseconds since the epoch. */
  readonly reviewAt: number;
}

/** Decides which CAs stay and whether one is due. */
export function planSuccession(input: SuccessionInput): Succession {
  const { authorities, now, policy, jitter, rotationRequested } = input;
  const keep = authorities.filter(
    (authority, place) => now < authority.notAfter && !mayRetire(input, place, authority),
  );
  const [newest] = keep;
  const renewAt = newest === undefined ? now : renewalTime(newest, jitter);
  const due = newest === undefined || renewAt <= now || (rotationRequested && keep.length < mostAuthorities);
  const highest = Math.max(0, ...authorities.map(({ number }) => number));
  const retirements = keep.slice(0, -1).map((successor) => retirementTime(successor, policy));
  return {
    keep,
    next: due ? highest + 1 : undefined,
    reviewAt: Math.min(renewAt, ...retirements.filter((at) => at > now)),
  };
}

/** An authority goes when its successor has been there for the overlap, and everybody trusts that one. */
function mayRetire(input: SuccessionInput, place: number, authority: Authority): boolean {
  const successor = input.authorities[place - 1];
  if (successor === undefined || successor.number === authority.number) return false;
  return retirementTime(successor, input.policy) <= input.now && input.isSettled(successor);
}

function retirementTime(successor: Authority, { overlapMs }: SuccessionInput["policy"]): number {
  return successor.notBefore + clockSkewMs + overlapMs;
}
