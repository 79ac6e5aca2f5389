/**
 * What is told of a certificate: whose it is, by whom, until when. Never a key.
 */
import type { X509Certificate } from "node:crypto";
import { parseCertificates, validityOf } from "../../certificates/pem.ts";

export interface CertificateSummary {
  readonly subject: string;
  /** Its subject alternative names: `URI:spiffe://…`, `DNS:…`. */
  readonly names: readonly string[];
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** RFC 3339. */
  readonly notBefore: string;
  /** RFC 3339. */
  readonly notAfter: string;
}

/** The certificates of a PEM text, in order. */
export function summarizeCertificates(pem: string): readonly CertificateSummary[] {
  return parseCertificates(pem).map(summarize);
}

function summarize(certificate: X509Certificate): CertificateSummary {
  const { notBefore, notAfter } = validityOf(certificate);
  return {
    subject: certificate.subject,
    names: certificate.subjectAltName?.split(", ") ?? [],
    issuer: certificate.issuer,
    serialNumber: certificate.serialNumber,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
  };
}
