/**
 * What becomes of the CAs that users bring when they bring another one. Pure.
 *
 * The new one is trusted at once and signs after `propagationMs`, and the old one stays trusted until its last leaf has
 * expired, as with roots of our own. This holds for replicas that run; one that starts later knows only what the Secret
 * holds. So whoever changes the root puts the old one beside the new one for that time.
 */
import type { IdentityPolicy } from "./identity-policy.ts";
import { overlapOf } from "./identity-policy.ts";
import type { GivenAuthority } from "./read-given-authority.ts";
import type { SigningAuthority } from "./signing-authority.ts";

/** A CA that was brought, newest first in a list. */
export interface HeldAuthority extends SigningAuthority {
  /** Until when it is kept, in milliseconds since the epoch; infinite for the present one. */
  readonly keepUntil: number;
}

/**
 * The CAs to keep now that the Secret holds this one.
 *
 * @param held newest first
 * @param now milliseconds since the epoch
 */
export function succeedGiven(
  held: readonly HeldAuthority[],
  given: GivenAuthority,
  now: number,
  policy: IdentityPolicy,
): readonly HeldAuthority[] {
  const known = held.find(({ fingerprint }) => fingerprint === given.fingerprint);
  // Nobody was told to trust another before the first.
  const since = known?.since ?? (held.length === 0 ? -Infinity : now);
  const others = held
    .filter(({ fingerprint }) => fingerprint !== given.fingerprint)
    .map((other) => ({ ...other, keepUntil: Math.min(other.keepUntil, now + overlapOf(policy)) }));
  return [{ ...given, since, keepUntil: Infinity }, ...keepValid(others, now)];
}

/** Those whose time is not over. */
export function keepValid(held: readonly HeldAuthority[], now: number): readonly HeldAuthority[] {
  return held.filter(({ keepUntil, notAfter }) => now < keepUntil && now < notAfter);
}
