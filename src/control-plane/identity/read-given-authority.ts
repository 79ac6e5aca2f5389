/**
 * Reads a CA that users bring in a Secret, in the layouts that are common: our own, that of cert-manager and of
 * `kubernetes.io/tls`, and Istio's `cacerts`. All problems are told at once.
 */
import { createPrivateKey } from "node:crypto";
import type { X509Certificate } from "node:crypto";
import type { SecretData } from "../../certificates/authority.ts";
import { isTrusted } from "../../certificates/chain.ts";
import { fingerprintOf, formatBundle, parseCertificates, validityOf } from "../../certificates/pem.ts";
import type { Parsed, Problem } from "../../problem.ts";
import { parsed } from "../../problem.ts";
import type { SigningAuthority } from "./signing-authority.ts";

/** The keys of a Secret's data that hold the parts. */
interface Layout {
  /** The CA's certificate, and with it what leads to its root. */
  readonly certificate: string;
  readonly key: string;
  /** More of what leads to the root. */
  readonly chain?: string;
  /** Roots; where missing, those among the certificates. */
  readonly roots: string;
}

const layouts: readonly Layout[] = [
  { certificate: "ca-cert.pem", key: "ca-key.pem", chain: "cert-chain.pem", roots: "root-cert.pem" },
  { certificate: "tls.crt", key: "tls.key", roots: "ca.crt" },
  { certificate: "ca.crt", key: "ca.key", roots: "roots.crt" },
];

export type GivenAuthority = Omit<SigningAuthority, "since">;

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

function belongs(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/**
 * The CA of a Secret.
 *
 * @param data values in base64
 * @param now milliseconds since the epoch
 */
export function readGivenAuthority(data: SecretData, now: number): Parsed<GivenAuthority> {
  const read = (key: string | undefined): string => Buffer.from(data[key ?? ""] ?? "", "base64").toString("utf8");
  const layout = layouts.find(({ key }) => key in data);
  if (layout === undefined) {
    const message = "the Secret holds no CA key";
    return { ok: false, problems: [{ path: "data", message, hint: "put certificate and key into ca.crt and ca.key" }] };
  }
  const chain = [...parseCertificates(read(layout.certificate)), ...parseCertificates(read(layout.chain))];
  const roots = [...parseCertificates(read(layout.roots)), ...chain].filter(isSelfSigned);
  const key = read(layout.key);
  const problems = findProblems({ chain, roots, key, layout, now });
  const [signing] = chain;
  if (problems.length > 0 || signing === undefined) return { ok: false, problems };
  return parsed({
    certificate: signing.toString(),
    key,
    fingerprint: fingerprintOf(signing),
    ...validityOf(signing),
    intermediates: formatBundle(chain.filter((certificate) => !isSelfSigned(certificate))),
    roots: formatBundle(roots),
  });
}

interface Parts {
  readonly chain: readonly X509Certificate[];
  readonly roots: readonly X509Certificate[];
  readonly key: string;
  readonly layout: Layout;
  readonly now: number;
}

function findProblems({ chain, roots, key, layout, now }: Parts): readonly Problem[] {
  const path = `data["${layout.certificate}"]`;
  const [signing] = chain;
  if (signing === undefined) {
    return [{ path, message: "holds no certificate", hint: "put the CA's certificate there, as PEM" }];
  }
  const problems: Problem[] = [];
  if (!signing.ca) {
    const message = "its first certificate is no CA";
    problems.push({ path, message, hint: "put the certificate that signs first, then what leads to its root" });
  }
  if (!belongs(signing, key)) {
    const message = `is not the key of the first certificate in ${layout.certificate}`;
    problems.push({ path: `data["${layout.key}"]`, message, hint: "put that certificate's private key there, as PEM" });
  }
  if (!isTrusted(formatBundle(chain), formatBundle(roots), now)) {
    const message = "does not lead to a root that is valid now";
    const hint = `put the intermediates behind it, and the self-signed root there or into ${layout.roots}`;
    problems.push({ path, message, hint });
  }
  return problems;
}
