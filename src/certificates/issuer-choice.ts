/**
 * Which CA signs what a replica serves. Pure.
 */
import type { Authority } from "./authority.ts";

export interface IssuerInput {
  /** Newest first; all valid. */
  readonly authorities: readonly Authority[];
  /** What is served now: who signed it (fingerprint), when it is to be renewed, whether the live configurations trust it. */
  readonly leaf: { readonly issuer: string; readonly renewAt: number; readonly isTrusted: boolean } | undefined;
  /** Since when the live configurations have trusted an authority; undefined where they do not. */
  readonly trustedSince: (authority: Authority) => number | undefined;
  readonly now: number;
  readonly settleMs: number;
}

/**
 * Who is to sign the next leaf, now; undefined where the present one stays. The first match chooses the CA, and the leaf
 * stays where that is its own and no renewal is due:
 *
 * | condition | CA |
 * |---|---|
 * | some have been trusted for `settleMs` | the newest of them |
 * | the leaf is trusted | its own; where that is gone from the Secret, the leaf stays until it is due |
 * | some are trusted | the oldest of them, of which all API servers must have heard |
 * | the leaf's own is still there | its own |
 * | otherwise | the newest, which the configurations are about to trust |
 */
export function chooseIssuer({ authorities, leaf, trustedSince, now, settleMs }: IssuerInput): Authority | undefined {
  const trusted = authorities.filter((authority) => trustedSince(authority) !== undefined);
  const settled = trusted.find((authority) => now - (trustedSince(authority) ?? now) >= settleMs);
  const own = authorities.find(({ fingerprint }) => fingerprint === leaf?.issuer);
  const isDue = leaf === undefined || leaf.renewAt <= now;
  if (settled === undefined && leaf?.isTrusted === true && !isDue) return undefined;
  const trustedOwn = leaf?.isTrusted === true ? own : undefined;
  const chosen = settled ?? trustedOwn ?? trusted.at(-1) ?? own ?? authorities[0];
  return chosen === own && !isDue ? undefined : chosen;
}
