/**
 * What the certificates that a CA signs must say of it: its name, byte by byte, and what its key is called.
 */
import { X509Certificate } from "node:crypto";
import { subjectKeyIdentifierId } from "./certificate-extensions.ts";
import type { DerValue } from "./der.ts";
import { objectIdentifier, readValues } from "./der.ts";
import { keyIdentifier } from "./sign-certificate.ts";

export interface Issuer {
  /** As DER. */
  readonly name: Uint8Array;
  readonly keyIdentifier: Uint8Array;
}

/** Tags of the parts that a certificate may have or not: its version, and its extensions. */
const [versionTag, extensionsTag] = [0xa0, 0xa3];
/** Before the subject: serial number, algorithm, issuer, validity. */
const subjectPlace = 4;

function isExtension(id: string, extension: DerValue): boolean {
  const [identifier] = readValues(extension.content);
  return identifier !== undefined && Buffer.compare(identifier.whole, objectIdentifier(id)) === 0;
}

/** The identifier that the CA has given itself. */
function ownKeyIdentifier(fields: readonly DerValue[]): Uint8Array | undefined {
  const [list] = readValues(fields.find(({ tag }) => tag === extensionsTag)?.content ?? new Uint8Array());
  const found = readValues(list?.content ?? new Uint8Array()).find((each) => isExtension(subjectKeyIdentifierId, each));
  const octets = found && readValues(found.content).at(-1);
  return octets && readValues(octets.content)[0]?.content;
}

/**
 * Reads a CA's certificate.
 *
 * @param pem one that Node takes
 */
export function readIssuer(pem: string): Issuer {
  const certificate = new X509Certificate(pem);
  const [whole] = readValues(certificate.raw);
  const [signed] = readValues(whole?.content ?? new Uint8Array());
  const fields = readValues(signed?.content ?? new Uint8Array()).filter(({ tag }) => tag !== versionTag);
  const name = fields[subjectPlace]?.whole;
  if (name === undefined) throw new Error("the CA's certificate has no subject");
  return { name, keyIdentifier: ownKeyIdentifier(fields) ?? keyIdentifier(certificate.publicKey) };
}
