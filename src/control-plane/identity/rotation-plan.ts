/**
 * How one root follows another without a connection that fails. Pure.
 *
 * | step | bundle that everybody trusts | leaves are signed by |
 * |---|---|---|
 * | before | old | old |
 * | 1. a new root is made (it is due, or somebody asked) | new, old | old |
 * | 2. `propagationMs` later | new, old | new; those of the old one are renewed in their own time |
 * | 3. when the last leaf of the old one has expired | new | new |
 *
 * The steps follow from the time at which the new root was made, which stands in it: all replicas take them at the same
 * time without talking to each other.
 */
import { clockSkewMs } from "../../certificates/certificate-policy.ts";
import type { Succession, SuccessionInput } from "../../certificates/succession.ts";
import { planSuccession } from "../../certificates/succession.ts";
import type { IdentityPolicy } from "./identity-policy.ts";
import { overlapOf } from "./identity-policy.ts";
import type { SigningAuthority } from "./signing-authority.ts";

type Candidate = Pick<SigningAuthority, "since" | "notAfter">;
type SigningRules = Pick<IdentityPolicy, "propagationMs">;

/**
 * A CA signs no more in its last minutes, if there is another: what it signs ends with it, and must be replaced before that
 * by the clock of whoever reads it.
 */
function lastSignature({ notAfter }: Candidate): number {
  return notAfter - clockSkewMs;
}

/**
 * Who signs now: the newest that has been trusted long enough; where there is none, the oldest, of which most have heard.
 *
 * @param authorities newest first
 * @param now milliseconds since the epoch
 */
export function chooseSigner<T extends Candidate>(
  authorities: readonly T[],
  now: number,
  { propagationMs }: SigningRules,
): T | undefined {
  const valid = authorities.filter(({ notAfter }) => now < notAfter);
  const lasting = valid.filter((authority) => now < lastSignature(authority));
  const candidates = lasting.length > 0 ? lasting : valid;
  return candidates.find(({ since }) => since + propagationMs <= now) ?? candidates.at(-1);
}

/** When {@link chooseSigner} may next give another answer, the authorities being the same; infinite where it will not. */
export function nextSignerChange(
  authorities: readonly Candidate[],
  now: number,
  { propagationMs }: SigningRules,
): number {
  const times = authorities.flatMap((authority) => [
    authority.since + propagationMs,
    lastSignature(authority),
    authority.notAfter,
  ]);
  return Math.min(Infinity, ...times.filter((at) => at > now));
}

export type RotationInput = Pick<SuccessionInput, "authorities" | "now" | "jitter" | "rotationRequested"> & {
  readonly policy: IdentityPolicy;
};

/** Which roots stay trusted, and whether one is to be made. */
export function planRotation({ policy, ...input }: RotationInput): Succession {
  return planSuccession({ ...input, ...successionRules(policy) });
}

/** The rules of succession that amount to the table above. */
export function successionRules(policy: IdentityPolicy): Pick<SuccessionInput, "policy" | "isSettled"> {
  // The overlap is longer than it takes until everybody trusts the new one.
  return { policy: { overlapMs: overlapOf(policy) }, isSettled: () => true };
}
