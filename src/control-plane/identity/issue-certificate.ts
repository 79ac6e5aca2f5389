/**
 * Makes the mesh's certificates: ECDSA P-256. Roots sign leaves only; a leaf says who somebody is in one critical
 * extension and has no other name (X.509-SVID: https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md).
 */
import type { Extension, X509Certificate } from "@peculiar/x509";
import type * as x509Library from "@peculiar/x509";
import type { webcrypto } from "node:crypto";
import { createPrivateKey, randomBytes, subtle } from "node:crypto";
import type { Authority } from "../../certificates/authority.ts";
import { parseAuthority } from "../../certificates/authority.ts";
import { clockSkewMs } from "../../certificates/certificate-policy.ts";
import type { SigningAuthority } from "./signing-authority.ts";

type X509 = typeof x509Library;

/** Whom a leaf names: a workload by its SPIFFE URI, or a server by its names. */
export type LeafSubject = { readonly uri: string } | { readonly names: readonly SubjectName[] };

export interface SubjectName {
  readonly type: "dns" | "ip";
  readonly value: string;
}

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

const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const digestOfCurve: Readonly<Record<string, readonly [curve: string, hash: string]>> = {
  prime256v1: ["P-256", "SHA-256"],
  secp384r1: ["P-384", "SHA-384"],
  secp521r1: ["P-521", "SHA-512"],
};

/** Loaded when the first certificate is made: most of our commands never make one. */
async function library(): Promise<X509> {
  // Its own dependency injection wants this to have been loaded by whoever uses it.
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}

/** Positive, and 127 bits at random (RFC 5280 section 4.1.2.2 allows up to 20 bytes). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 0x01;
  return bytes.toString("hex");
}

/** Seconds are all that a certificate can express. */
function wholeSeconds(time: number): number {
  return Math.floor(time / 1_000) * 1_000;
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return subtle.generateKey(ecdsa, true, ["sign", "verify"]);
}

async function keyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const base64 = Buffer.from(await subtle.exportKey("pkcs8", privateKey)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}(?=.)/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

function certificatePem(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

/**
 * A new root for this trust domain.
 *
 * @param number its place in the succession of roots
 * @param now milliseconds since the epoch
 */
export async function issueRoot(
  trustDomain: string,
  number: number,
  now: number,
  lifetimeMs: number,
): Promise<Authority> {
  const x509 = await library();
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // No two roots have the same name: with both in one bundle, OpenSSL might try only the first.
    name: [{ CN: [`Outrigger workload CA ${number} ${randomBytes(4).toString("hex")}`] }, { O: [trustDomain] }],
    serialNumber: serialNumber(),
    notBefore: new Date(wholeSeconds(now - clockSkewMs)),
    notAfter: new Date(wholeSeconds(now + lifetimeMs)),
    signingAlgorithm: ecdsa,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.SubjectAlternativeNameExtension([{ type: "url", value: `spiffe://${trustDomain}` }]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const root = parseAuthority(number, certificatePem(certificate), await keyPem(keys));
  if (root === undefined) throw new Error("the root just made cannot be read");
  return root;
}

/** How a CA's key signs: of those that users bring, RSA and the three usual curves. */
function signingAlgorithm(key: ReturnType<typeof createPrivateKey>): typeof ecdsa | typeof rsa {
  if (key.asymmetricKeyType === "rsa") return rsa;
  const known = digestOfCurve[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (known === undefined) throw new Error("the CA's key is neither RSA nor ECDSA on P-256, P-384 or P-521");
  return { name: "ECDSA", namedCurve: known[0], hash: known[1] };
}

function subjectNames(subject: LeafSubject): { readonly type: "url" | "dns" | "ip"; readonly value: string }[] {
  return "uri" in subject ? [{ type: "url", value: subject.uri }] : [...subject.names];
}

/** A workload is client and server; a server's certificate must not pass for a workload's. */
function extensionsOf(x509: X509, subject: LeafSubject): Extension[] {
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension("uri" in subject ? [serverAuth, clientAuth] : [serverAuth]),
    // Critical, because the subject is empty (RFC 5280 section 4.2.1.6).
    new x509.SubjectAlternativeNameExtension(subjectNames(subject), true),
  ];
}

/**
 * A new leaf with a new key; it never outlives its CA.
 *
 * @param now milliseconds since the epoch
 * @throws Error where the CA's key is of a kind that is not supported
 */
export async function issueLeaf(
  authority: SigningAuthority,
  subject: LeafSubject,
  now: number,
  lifetimeMs: number,
): Promise<IssuedLeaf> {
  const x509 = await library();
  const keys = await newKeys();
  const caKey = createPrivateKey(authority.key);
  const algorithm = signingAlgorithm(caKey);
  const ca = new x509.X509Certificate(authority.certificate);
  const notBefore = wholeSeconds(now - clockSkewMs);
  const notAfter = wholeSeconds(Math.min(now + lifetimeMs, authority.notAfter));
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "",
    issuer: ca.subjectName,
    serialNumber: serialNumber(),
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: caKey.toCryptoKey(algorithm, false, ["sign"]),
    extensions: [...extensionsOf(x509, subject), await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey)],
  });
  const chain = `${certificatePem(certificate)}${authority.intermediates}`;
  return { certificate: chain, key: await keyPem(keys), notBefore, notAfter };
}
