/**
 * Makes certificates: ECDSA P-256, signed with SHA-256.
 *
 * The API server finds the CA of a certificate by the CA's name, and the certificates carry no key identifiers. So no
 * two CAs may have the same name: with old and new in one bundle, OpenSSL would try only the first of that name.
 */
import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import type { SelfsignedOptions, SubjectAltNameEntry } from "selfsigned";
import type { Authority } from "./authority.ts";
import { parseAuthority } from "./authority.ts";
import { clockSkewMs } from "./certificate-policy.ts";

export interface IssuedLeaf {
  readonly certificate: string;
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

const algorithm = { keyType: "ec", curve: "P-256", algorithm: "sha256" } as const;

/** Imported when a certificate is made: whoever serves from files never needs it. */
async function generate(
  commonName: string,
  options: SelfsignedOptions,
): Promise<{ readonly cert: string; readonly private: string }> {
  const selfsigned = await import("selfsigned");
  return selfsigned.generate([{ name: "commonName", value: commonName }], options);
}

/**
 * A new self-signed CA that signs leaves only.
 *
 * @param number its place in the succession of CAs
 * @param now milliseconds since the epoch
 */
export async function issueAuthority(number: number, now: number, lifetimeMs: number): Promise<Authority> {
  const pem = await generate(`outrigger webhook CA ${number} ${randomBytes(4).toString("hex")}`, {
    ...algorithm,
    notBeforeDate: new Date(now - clockSkewMs),
    notAfterDate: new Date(now + lifetimeMs),
    extensions: [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const authority = parseAuthority(number, pem.cert, pem.private);
  if (authority === undefined) throw new Error("the CA just made cannot be read");
  return authority;
}

/**
 * A new serving certificate with a new key; it never outlives its CA.
 *
 * @param names DNS names and IP addresses it is valid for
 * @param now milliseconds since the epoch
 */
export async function issueLeaf(
  authority: Authority,
  names: readonly string[],
  now: number,
  lifetimeMs: number,
): Promise<IssuedLeaf> {
  // Seconds are all that a certificate can express.
  const notBefore = Math.floor((now - clockSkewMs) / 1_000) * 1_000;
  const notAfter = Math.floor(Math.min(now + lifetimeMs, authority.notAfter) / 1_000) * 1_000;
  const pem = await generate("outrigger webhook", {
    ...algorithm,
    notBeforeDate: new Date(notBefore),
    notAfterDate: new Date(notAfter),
    ca: { cert: authority.certificate, key: authority.key },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: names.map(altName) },
    ],
  });
  return { certificate: pem.cert, key: pem.private, notBefore, notAfter };
}

function altName(name: string): SubjectAltNameEntry {
  return isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name };
}

/** What the API server may call a Service by; it uses the first. */
export function namesOfService(service: string, namespace: string): readonly string[] {
  return [`${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`, `${service}.${namespace}`];
}

/** What a process on this machine may call us by. */
export const loopbackNames: readonly string[] = ["localhost", "127.0.0.1", "::1"];
