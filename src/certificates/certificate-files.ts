/**
 * A serving certificate in a folder, as cert-manager's Secrets are mounted: `tls.crt`, `tls.key`, `ca.crt`.
 */
import { createPrivateKey } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OutriggerError } from "../errors.ts";
import type { ServingCertificate } from "./certificate-source.ts";
import { isValidAt } from "./certificate-source.ts";
import { isTrusted } from "./chain.ts";
import { formatBundle, parseCertificates, validityOf } from "./pem.ts";

/**
 * Reads and checks the files of one moment.
 *
 * @param now milliseconds since the epoch
 * @throws OutriggerError where the files are missing or cannot be served with, saying why
 */
export async function readCertificateFiles(folder: string, now: number): Promise<ServingCertificate> {
  const snapshot = await currentSnapshot(folder);
  // One after the other: where both are missing, it is the certificate that is named, each time.
  const certificate = await readRequired(join(snapshot, "tls.crt"));
  const key = await readRequired(join(snapshot, "tls.key"));
  const ca = await readOptional(join(snapshot, "ca.crt"));
  const caBundle = formatBundle(parseCertificates(ca));
  const problem = findProblem({ certificate, key, ca, caBundle, now });
  if (problem !== undefined) throw new OutriggerError("OUTRIGGER_CERTIFICATE_INVALID", `${folder}: ${problem}`);
  const [leaf] = parseCertificates(certificate);
  if (leaf === undefined) throw new OutriggerError("OUTRIGGER_CERTIFICATE_INVALID", folder);
  return { certificate, key, caBundle, ...validityOf(leaf) };
}

/**
 * Kubernetes swaps all files of a volume at once, by a link `..data` to a folder of the moment. Read through the link
 * one by one, a certificate could come from before the swap and its key from after.
 */
async function currentSnapshot(folder: string): Promise<string> {
  try {
    return resolve(folder, await readlink(join(folder, "..data")));
  } catch {
    return folder;
  }
}

interface Files {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
  readonly caBundle: string;
  readonly now: number;
}

function findProblem({ certificate, key, ca, caBundle, now }: Files): string | undefined {
  const [leaf] = parseCertificates(certificate);
  if (leaf === undefined) return "tls.crt holds no certificate";
  try {
    if (!leaf.checkPrivateKey(createPrivateKey(key))) return "tls.key does not belong to the certificate in tls.crt";
  } catch {
    return "tls.key holds no private key";
  }
  if (!isValidAt(validityOf(leaf), now))
    return `the certificate is valid only from ${leaf.validFrom} to ${leaf.validTo}`;
  if (ca.trim() !== "" && caBundle === "") return "ca.crt holds no certificate";
  if (caBundle !== "" && !isTrusted(certificate, caBundle, now))
    return "the certificate is not signed by a CA in ca.crt";
  return undefined;
}

async function readRequired(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new OutriggerError("OUTRIGGER_FILE_UNREADABLE", path, { cause });
  }
}

/** Certificates of public authorities come without their CA. */
async function readOptional(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new OutriggerError("OUTRIGGER_FILE_UNREADABLE", path, { cause });
  }
}
