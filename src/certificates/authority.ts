/**
 * Our own CAs, and how a succession of them is kept in a Secret.
 *
 * A Secret holds each as `ca-<number>.crt` and `ca-<number>.key`; the highest number is the newest. `ca.crt` is the
 * bundle of all, for people and tools; it is written and never read.
 */
import { createPrivateKey } from "node:crypto";
import { formatBundle, fingerprintOf, parseCertificates, validityOf } from "./pem.ts";

export interface Authority {
  readonly number: number;
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The `data` of a Secret: values in base64. */
export type SecretData = Readonly<Record<string, string>>;

const certificateKey = /^ca-(?<number>[1-9]\d{0,8})\.crt$/;

/** A CA of these two PEM texts; undefined where they are no CA, or do not belong together. */
export function parseAuthority(number: number, certificatePem: string, key: string): Authority | undefined {
  const [certificate] = parseCertificates(certificatePem);
  if (certificate?.ca !== true) return undefined;
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(key))) return undefined;
  } catch {
    return undefined;
  }
  const fingerprint = fingerprintOf(certificate);
  return { number, certificate: certificate.toString(), key, fingerprint, ...validityOf(certificate) };
}

/** The usable CAs of a Secret, newest first. */
export function readAuthorities(data: SecretData): readonly Authority[] {
  return Object.keys(data)
    .flatMap((name) => {
      const number = Number(certificateKey.exec(name)?.groups?.["number"]);
      if (Number.isNaN(number)) return [];
      return parseAuthority(number, decode(data[name]), decode(data[`ca-${number}.key`])) ?? [];
    })
    .sort((one, other) => other.number - one.number);
}

/** A Secret's data that holds these CAs. */
export function writeAuthorities(authorities: readonly Authority[]): SecretData {
  const entries = authorities.flatMap(({ number, certificate, key }) => [
    [`ca-${number}.crt`, encode(certificate)] as const,
    [`ca-${number}.key`, encode(key)] as const,
  ]);
  return { "ca.crt": encode(bundleOf(authorities)), ...Object.fromEntries(entries) };
}

/** The bundle that trusts all of them. */
export function bundleOf(authorities: readonly Authority[]): string {
  return formatBundle(authorities.flatMap(({ certificate }) => parseCertificates(certificate)));
}

function encode(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function decode(base64 = ""): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
