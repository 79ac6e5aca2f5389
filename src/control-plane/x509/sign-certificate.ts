/**
 * Puts a certificate together and signs it: X.509 version 3 (RFC 5280), by Node's own cryptography. What is said in it is
 * decided by whoever calls this.
 */
import type { KeyObject } from "node:crypto";
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import {
  bitString,
  explicit,
  integer,
  nothing,
  objectIdentifier,
  readValues,
  sequence,
  setOf,
  time,
  utf8String,
} from "./der.ts";
import { formatCertificate } from "../../certificates/pem.ts";

export interface CertificateContent {
  /** Names as DER; see {@link distinguishedName}. */
  readonly subject: Uint8Array;
  readonly issuer: Uint8Array;
  /** Milliseconds since the epoch; a certificate knows seconds only. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: KeyObject;
  /** As DER; see `certificate-extensions.ts`. */
  readonly extensions: readonly Uint8Array[];
}

export interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A new pair: ECDSA on P-256. */
export function newKeys(): Keys {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

/** PEM, PKCS #8. */
export function keyPem({ privateKey }: Keys): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

const attributes = { commonName: "2.5.4.3", organization: "2.5.4.10" } as const;

/** A name of these attributes, as DER; of none of them, the empty name. */
export function distinguishedName(values: Partial<Record<keyof typeof attributes, string>>): Uint8Array {
  const names = (Object.keys(attributes) as (keyof typeof attributes)[]).flatMap((attribute) => {
    const value = values[attribute];
    const id = objectIdentifier(attributes[attribute]);
    return value === undefined ? [] : [setOf(sequence(id, utf8String(value)))];
  });
  return sequence(...names);
}

function publicKeyInfo(publicKey: KeyObject): Uint8Array {
  return publicKey.export({ type: "spki", format: "der" });
}

/** What a key is called in certificates: the hash of its bits (RFC 5280 section 4.2.1.2). */
export function keyIdentifier(publicKey: KeyObject): Uint8Array {
  const [info] = readValues(publicKeyInfo(publicKey));
  const [, bits] = readValues(info?.content ?? new Uint8Array());
  // Before the bits is how many of them are unused: none.
  return createHash("sha1")
    .update(bits?.content.subarray(1) ?? "")
    .digest();
}

interface SignatureAlgorithm {
  readonly hash: string;
  readonly identifier: Uint8Array;
}

const byCurve: Readonly<Record<string, SignatureAlgorithm>> = {
  prime256v1: { hash: "sha256", identifier: sequence(objectIdentifier("1.2.840.10045.4.3.2")) },
  secp384r1: { hash: "sha384", identifier: sequence(objectIdentifier("1.2.840.10045.4.3.3")) },
  secp521r1: { hash: "sha512", identifier: sequence(objectIdentifier("1.2.840.10045.4.3.4")) },
};
const rsa: SignatureAlgorithm = {
  hash: "sha256",
  identifier: sequence(objectIdentifier("1.2.840.113549.1.1.11"), nothing),
};

/** How a CA's key signs: of those that users bring, RSA and the three usual curves. */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SignatureAlgorithm {
  if (asymmetricKeyType === "rsa") return rsa;
  const known = byCurve[asymmetricKeyDetails?.namedCurve ?? ""];
  if (known === undefined) throw new Error("the CA's key is neither RSA nor ECDSA on P-256, P-384 or P-521");
  return known;
}

/** Positive, and 127 bits at random (RFC 5280 section 4.1.2.2 allows up to 20 bytes). */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 0x01;
  return integer(bytes);
}

const version3 = explicit(0, integer(Uint8Array.of(2)));

/**
 * The certificate, as PEM.
 *
 * @param key the issuer's
 * @throws Error where that is of a kind that is not supported
 */
export function signCertificate(content: CertificateContent, key: KeyObject): string {
  const { hash, identifier } = algorithmOf(key);
  const signed = sequence(
    version3,
    serialNumber(),
    identifier,
    content.issuer,
    sequence(time(content.notBefore), time(content.notAfter)),
    content.subject,
    publicKeyInfo(content.publicKey),
    explicit(3, sequence(...content.extensions)),
  );
  return formatCertificate(sequence(signed, identifier, bitString(sign(hash, signed, key))));
}
