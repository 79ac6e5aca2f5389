/**
 * PEM bundles: several certificates in one text.
 */
import { X509Certificate } from "node:crypto";

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Every certificate of a text, in order. Anything else is passed over, as Go's `AppendCertsFromPEM` does. */
export function parseCertificates(pem: string): readonly X509Certificate[] {
  return (pem.match(certificateBlock) ?? []).flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/** One bundle of these certificates, each once. */
export function formatBundle(certificates: readonly X509Certificate[]): string {
  return [...new Set(certificates.map((certificate) => certificate.toString()))].join("");
}

/** DER as PEM (RFC 7468). */
export function formatCertificate(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** SHA-256 over the certificate, which tells CAs with the same name apart. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256;
}

/** A certificate's validity in milliseconds since the epoch. */
export function validityOf(certificate: X509Certificate): { readonly notBefore: number; readonly notAfter: number } {
  return { notBefore: certificate.validFromDate.getTime(), notAfter: certificate.validToDate.getTime() };
}
