/**
 * Whether a client that trusts a CA bundle accepts a certificate, as the API server decides it (Go's `x509.Verify`).
 */
import type { X509Certificate } from "node:crypto";
import { isValidAt } from "./certificate-source.ts";
import { fingerprintOf, parseCertificates, validityOf } from "./pem.ts";

/** Longer chains than this are loops or mistakes. */
const longestChain = 8;

/**
 * Whether a chain leads from its leaf to a certificate of the bundle, each one signed by the next and valid now.
 *
 * @param chain PEM, leaf first, intermediates in any order
 * @param bundle PEM of the trusted certificates
 * @param now milliseconds since the epoch
 */
export function isTrusted(chain: string, bundle: string, now: number): boolean {
  const [leaf, ...intermediates] = parseCertificates(chain);
  if (leaf === undefined) return false;
  return leadsToRoot(leaf, intermediates, parseCertificates(bundle), now, longestChain);
}

function leadsToRoot(
  certificate: X509Certificate,
  intermediates: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  now: number,
  stepsLeft: number,
): boolean {
  if (stepsLeft === 0 || !isValidAt(validityOf(certificate), now)) return false;
  if (roots.some((root) => fingerprintOf(root) === fingerprintOf(certificate))) return true;
  const issuedBy = (issuer: X509Certificate): boolean =>
    issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  if (roots.some((root) => issuedBy(root) && isValidAt(validityOf(root), now))) return true;
  return intermediates
    .filter((issuer) => issuer !== certificate && issuedBy(issuer))
    .some((issuer) => leadsToRoot(issuer, intermediates, roots, now, stepsLeft - 1));
}
