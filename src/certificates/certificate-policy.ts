/**
 * How long certificates live and how slowly one takes the place of another. All times in milliseconds.
 */

export interface CertificatePolicy {
  readonly authorityLifetimeMs: number;
  readonly leafLifetimeMs: number;
  /** How long a CA that has a successor stays trusted. */
  readonly overlapMs: number;
  /**
   * How long the live webhook configurations must have trusted a CA before it signs what is served: API servers hear of
   * a changed configuration by their own watches, each in its own time.
   */
  readonly settleMs: number;
  /**
   * How long a CA that is no longer wanted stays in a live configuration: longer than replicas may disagree about what
   * is wanted. Must be well above `settleMs` and `pollMs`.
   */
  readonly narrowMs: number;
  /** How often everything is looked at without being asked. */
  readonly pollMs: number;
}

/** Certificates are valid from a little before they are made: the API server's clock may be behind ours. */
export const clockSkewMs = 300_000;

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

export const defaultCertificatePolicy: CertificatePolicy = {
  authorityLifetimeMs: 365 * day,
  leafLifetimeMs: day,
  overlapMs: day,
  settleMs: 10 * second,
  narrowMs: 300 * second,
  pollMs: 60 * second,
};

/**
 * When to renew: at two thirds of the life, or up to a twentieth of it earlier, so that replicas that started together
 * do not renew together.
 *
 * @param jitter a number in [0, 1)
 */
export function renewalTime(
  { notBefore, notAfter }: { readonly notBefore: number; readonly notAfter: number },
  jitter: number,
): number {
  const life = notAfter - notBefore;
  return notBefore + (life * 2) / 3 - (life * jitter) / 20;
}
