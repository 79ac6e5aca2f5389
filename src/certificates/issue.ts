/**
 * Makes certificates: ECDSA P-256, signed with SHA-256.
 *
 * The API server finds the CA of a certificate by the CA's name, and the certificates carry no key identifiers. So no
 * two CAs may have the same name: with old and new in one bundle, OpenSSL would try only the first of that name.
 */
import { createPrivateKey, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import type { Authority } from "./authority.ts";
import { parseAuthority } from "./authority.ts";
import type { SubjectName } from "./certificate-extensions.ts";
import { basicConstraints, extendedKeyUsage, keyUsage, subjectAlternativeName } from "./certificate-extensions.ts";
import { clockSkewMs } from "./certificate-policy.ts";
import { readIssuer } from "./read-issuer.ts";
import { distinguishedName, keyPem, newKeys, signCertificate } from "./sign-certificate.ts";

export interface IssuedLeaf {
  readonly certificate: string;
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * A new self-signed CA that signs leaves only.
 *
 * @param number its place in the succession of CAs
 * @param now milliseconds since the epoch
 */
export function issueAuthority(number: number, now: number, lifetimeMs: number): Authority {
  const keys = newKeys();
  const name = distinguishedName({
    commonName: `outrigger webhook CA ${number} ${randomBytes(4).toString("hex")}`,
  });
  const content = {
    subject: name,
    issuer: name,
    notBefore: now - clockSkewMs,
    notAfter: now + lifetimeMs,
    publicKey: keys.publicKey,
    extensions: [basicConstraints("ca"), keyUsage("ca")],
  };
  const authority = parseAuthority(number, signCertificate(content, keys.privateKey), keyPem(keys));
  if (authority === undefined) throw new Error("the CA just made cannot be read");
  return authority;
}

/**
 * A new serving certificate with a new key; it never outlives its CA.
 *
 * @param names DNS names and IP addresses it is valid for
 * @param now milliseconds since the epoch
 */
export function issueLeaf(authority: Authority, names: readonly string[], now: number, lifetimeMs: number): IssuedLeaf {
  const keys = newKeys();
  // Seconds are all that a certificate can express.
  const notBefore = Math.floor((now - clockSkewMs) / 1_000) * 1_000;
  const notAfter = Math.floor(Math.min(now + lifetimeMs, authority.notAfter) / 1_000) * 1_000;
  const content = {
    subject: distinguishedName({ commonName: "outrigger webhook" }),
    issuer: readIssuer(authority.certificate).name,
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    extensions: [
      basicConstraints("leaf"),
      keyUsage("leaf"),
      extendedKeyUsage("server"),
      subjectAlternativeName(names.map(subjectName), { critical: false }),
    ],
  };
  const certificate = signCertificate(content, createPrivateKey(authority.key));
  return { certificate, key: keyPem(keys), notBefore, notAfter };
}

function subjectName(value: string): SubjectName {
  return { type: isIP(value) === 0 ? "dns" : "ip", value };
}

/** What the API server may call a Service by; it uses the first. */
export function namesOfService(service: string, namespace: string): readonly string[] {
  return [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`, `${service}.${namespace}`];
}

/** What a process on this machine may call us by. */
export const loopbackNames: readonly string[] = ["localhost", "127.0.0.1", "::1"];
