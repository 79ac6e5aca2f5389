/**
 * Makes the mesh's certificates: ECDSA P-256. Roots sign leaves only; a leaf says who somebody is in one critical
 * extension and has no other name (X.509-SVID: https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md).
 */
import type { KeyObject } from "node:crypto";
import { createPrivateKey, randomBytes } from "node:crypto";
import type { Authority } from "../../certificates/authority.ts";
import { parseAuthority } from "../../certificates/authority.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAlternativeName,
  subjectKeyIdentifier,
} from "../x509/certificate-extensions.ts";
import type { SubjectName as CertificateName } from "../x509/certificate-extensions.ts";
import { clockSkewMs } from "../../certificates/certificate-policy.ts";
import type { Issuer } from "../x509/read-issuer.ts";
import { readIssuer } from "../x509/read-issuer.ts";
import { distinguishedName, keyIdentifier, keyPem, newKeys, signCertificate } from "../x509/sign-certificate.ts";
import type { SigningAuthority } from "./signing-authority.ts";

/** Whom a leaf names: a workload by its SPIFFE URI, or a server by its names. */
export type LeafSubject = { readonly uri: string } | { readonly names: readonly SubjectName[] };

/** What proxies may call a server by. */
export type SubjectName = CertificateName & { readonly type: "dns" | "ip" };

/** A leaf with its key, which exists here only. */
export interface IssuedLeaf {
  /** PEM, the leaf first, then what leads to its root. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Seconds are all that a certificate can express. */
export function wholeSeconds(time: number): number {
  return Math.floor(time / 1_000) * 1_000;
}

/**
 * A new root for this trust domain.
 *
 * @param number its place in the succession of roots
 * @param now milliseconds since the epoch
 */
export function issueRoot(trustDomain: string, number: number, now: number, lifetimeMs: number): Authority {
  const keys = newKeys();
  // No two roots have the same name: with both in one bundle, OpenSSL might try only the first.
  const commonName = `Outrigger workload CA ${number} ${randomBytes(4).toString("hex")}`;
  const name = distinguishedName({ commonName, organization: trustDomain });
  const certificate = signCertificate(
    {
      subject: name,
      issuer: name,
      notBefore: now - clockSkewMs,
      notAfter: now + lifetimeMs,
      publicKey: keys.publicKey,
      extensions: [
        basicConstraints("ca"),
        keyUsage("ca"),
        subjectAlternativeName([{ type: "uri", value: `spiffe://${trustDomain}` }], { critical: false }),
        subjectKeyIdentifier(keyIdentifier(keys.publicKey)),
      ],
    },
    keys.privateKey,
  );
  const root = parseAuthority(number, certificate, keyPem(keys));
  if (root === undefined) throw new Error("the root just made cannot be read");
  return root;
}

interface Signer {
  readonly issuer: Issuer;
  readonly key: KeyObject;
}

/** Reading a CA takes longer than to make a leaf, and thousands of leaves are made by one. It goes with the CA. */
const signers = new WeakMap<SigningAuthority, Signer>();

function signerOf(authority: SigningAuthority): Signer {
  const known = signers.get(authority);
  if (known !== undefined) return known;
  const signer = { issuer: readIssuer(authority.certificate), key: createPrivateKey(authority.key) };
  signers.set(authority, signer);
  return signer;
}

/** A workload is client and server; a server's certificate must not pass for a workload's. */
function extensionsOf(subject: LeafSubject): readonly Uint8Array[] {
  const isWorkload = "uri" in subject;
  const names: readonly CertificateName[] = isWorkload ? [{ type: "uri", value: subject.uri }] : subject.names;
  return [
    basicConstraints("leaf"),
    keyUsage("leaf"),
    isWorkload ? extendedKeyUsage("server", "client") : extendedKeyUsage("server"),
    // Critical, because the subject is empty (RFC 5280 section 4.2.1.6).
    subjectAlternativeName(names, { critical: true }),
  ];
}

/**
 * A new leaf with a new key; it never outlives its CA.
 *
 * @param now milliseconds since the epoch
 * @throws Error where the CA's key is of a kind that is not supported
 */
export function issueLeaf(
  authority: SigningAuthority,
  subject: LeafSubject,
  now: number,
  lifetimeMs: number,
): IssuedLeaf {
  const keys = newKeys();
  const { issuer, key } = signerOf(authority);
  const notBefore = wholeSeconds(now - clockSkewMs);
  const notAfter = wholeSeconds(Math.min(now + lifetimeMs, authority.notAfter));
  const certificate = signCertificate(
    {
      subject: distinguishedName({}),
      issuer: issuer.name,
      notBefore,
      notAfter,
      publicKey: keys.publicKey,
      extensions: [...extensionsOf(subject), authorityKeyIdentifier(issuer.keyIdentifier)],
    },
    key,
  );
  return { certificate: `${certificate}${authority.intermediates}`, key: keyPem(keys), notBefore, notAfter };
}
