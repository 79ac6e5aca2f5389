/**
 * What the CA bundle of a live webhook configuration should be. Pure.
 *
 * Widening happens at once, narrowing late. A CA that nobody wants any more stays for a while, because another replica
 * may still serve by it, or know something that we have not heard yet. So replicas with different views do not take each
 * other's CAs away, and converge as soon as their views do.
 */
import type { X509Certificate } from "node:crypto";
import { isValidAt } from "./certificate-source.ts";
import { fingerprintOf, formatBundle, parseCertificates, validityOf } from "./pem.ts";

export interface BundlePlanInput {
  /** PEM of the CAs that must be trusted. */
  readonly wanted: string;
  /** PEM as it is now, of one entry; whatever is in it. */
  readonly live: string;
  /** CAs found superfluous before (fingerprint) -> when first, in milliseconds since the epoch. */
  readonly superfluousSince: ReadonlyMap<string, number>;
  readonly now: number;
  readonly narrowMs: number;
}

export interface BundlePlan {
  /** The bundle to write; undefined where the live one is right. */
  readonly bundle: string | undefined;
  /** Superfluous CAs that stay for now -> since when they are so. */
  readonly superfluous: ReadonlyMap<string, number>;
}

/** Decides on one entry's bundle. */
export function planBundle({ wanted, live, superfluousSince, now, narrowMs }: BundlePlanInput): BundlePlan {
  const wantedCertificates = parseCertificates(wanted);
  const liveCertificates = parseCertificates(live);
  const isWanted = (certificate: X509Certificate): boolean => contains(wantedCertificates, certificate);
  const sinceOf = (certificate: X509Certificate): number => superfluousSince.get(fingerprintOf(certificate)) ?? now;
  const kept = liveCertificates.filter(
    (certificate) =>
      !isWanted(certificate) && isValidAt(validityOf(certificate), now) && now - sinceOf(certificate) < narrowMs,
  );
  const right = [...wantedCertificates, ...kept];
  const isRight =
    right.every((certificate) => contains(liveCertificates, certificate)) &&
    liveCertificates.every((certificate) => contains(right, certificate));
  return {
    bundle: isRight ? undefined : formatBundle(right),
    superfluous: new Map(kept.map((certificate) => [fingerprintOf(certificate), sinceOf(certificate)])),
  };
}

function contains(certificates: readonly X509Certificate[], certificate: X509Certificate): boolean {
  return certificates.some((other) => fingerprintOf(other) === fingerprintOf(certificate));
}
