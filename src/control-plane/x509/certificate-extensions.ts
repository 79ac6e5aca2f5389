/**
 * Extensions of certificates, as DER (RFC 5280 section 4.2.1).
 */
import { ipBytes } from "../../net/ip-bytes.ts";
import { bitString, implicit, integer, objectIdentifier, octetString, sequence, yes } from "./der.ts";

/** A name that a certificate is good for. */
export interface SubjectName {
  readonly type: "dns" | "ip" | "uri";
  readonly value: string;
}

/** Of the extensions that are read again. */
export const subjectKeyIdentifierId = "2.5.29.14";

function extension(id: string, content: Uint8Array, { critical }: { readonly critical: boolean }): Uint8Array {
  return sequence(objectIdentifier(id), ...(critical ? [yes] : []), octetString(content));
}

/** A CA that signs leaves only, or a leaf. */
export function basicConstraints(subject: "ca" | "leaf"): Uint8Array {
  const content = subject === "ca" ? sequence(yes, integer(Uint8Array.of(0))) : sequence();
  return extension("2.5.29.19", content, { critical: true });
}

/** What the key may be used for: a leaf's proves who it is; a CA's signs certificates and lists of revoked ones. */
export function keyUsage(subject: "ca" | "leaf"): Uint8Array {
  // Bits are counted from the left: 0 is digitalSignature, 5 keyCertSign, 6 cRLSign.
  const content =
    subject === "ca" ? bitString(Uint8Array.of(0b0000_0110), 1) : bitString(Uint8Array.of(0b1000_0000), 7);
  return extension("2.5.29.15", content, { critical: true });
}

const purposes = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;

export function extendedKeyUsage(...uses: readonly (keyof typeof purposes)[]): Uint8Array {
  const content = sequence(...uses.map((use) => objectIdentifier(purposes[use])));
  return extension("2.5.29.37", content, { critical: false });
}

function generalName({ type, value }: SubjectName): Uint8Array {
  switch (type) {
    case "dns":
      return implicit(2, Buffer.from(value, "latin1"));
    case "uri":
      return implicit(6, Buffer.from(value, "latin1"));
    case "ip":
      return implicit(7, ipBytes(value));
  }
}

/** Critical where the certificate's subject is empty. */
export function subjectAlternativeName(names: readonly SubjectName[], how: { readonly critical: boolean }): Uint8Array {
  return extension("2.5.29.17", sequence(...names.map(generalName)), how);
}

export function subjectKeyIdentifier(identifier: Uint8Array): Uint8Array {
  return extension(subjectKeyIdentifierId, octetString(identifier), { critical: false });
}

/** By which of its keys the issuer has signed. */
export function authorityKeyIdentifier(identifier: Uint8Array): Uint8Array {
  return extension("2.5.29.35", sequence(implicit(0, identifier)), { critical: false });
}
