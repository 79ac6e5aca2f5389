/**
 * The roots of the mesh, and time passing for them. Their succession takes a day (docs/identity.md) and follows from the
 * dates in their certificates alone; so a test lets time pass by giving the roots in the Secret older dates, signed anew with
 * their own keys. Whoever trusts a root goes on trusting it: name and key are the same.
 */
import { X509Certificate, createPrivateKey, sign } from "node:crypto";
import type { Authority, SecretData } from "../../../src/certificates/authority.ts";
import { readAuthorities, writeAuthorities } from "../../../src/certificates/authority.ts";
import { rotateAnnotation } from "../../../src/certificates/authority-secret.ts";
import { formatCertificate } from "../../../src/certificates/pem.ts";
import { bitString, readValues, sequence, time } from "../../../src/control-plane/x509/der.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { kubectlOk } from "../kubectl.ts";
import { systemNamespace } from "../node/injector-deployment.ts";

const name = "outrigger-workload-ca";
const path = `/api/v1/namespaces/${systemNamespace}/secrets/${name}`;

interface Secret {
  readonly data: SecretData;
}

/** As the Secret holds them, newest first. */
export async function meshRoots(): Promise<readonly Authority[]> {
  const client = await kubernetesClient();
  return readAuthorities((await client.ok<Secret>("GET", path)).data);
}

/** The name by which certificates say who has signed them; Node puts each part of it on a line of its own. */
export function nameOfRoot({ certificate }: Pick<Authority, "certificate">): string {
  return new X509Certificate(certificate).subject;
}

/** What the documentation says to do for a new root. */
export async function askForNewRoot(): Promise<void> {
  await kubectlOk(["-n", systemNamespace, "annotate", "secret", name, `${rotateAnnotation}=`]);
}

/** Makes all roots so much older. */
export async function letTimePass(milliseconds: number): Promise<void> {
  await reviseRoots((root) => redate(root, -milliseconds));
}

/** Makes the root of this name so old, or so young again, that this is left of it. */
export async function letExpireIn(named: string, milliseconds: number): Promise<void> {
  const end = Date.now() + milliseconds;
  await reviseRoots((root) => redate(root, nameOfRoot(root) === named ? end - root.notAfter : 0));
}

/** The replicas write the Secret too: whoever has read an older one starts again. */
async function reviseRoots(revise: (root: Authority) => string): Promise<void> {
  const client = await kubernetesClient();
  for (;;) {
    const secret = await client.ok<Secret>("GET", path);
    const roots = readAuthorities(secret.data).map((root) => ({ ...root, certificate: revise(root) }));
    const body = { ...secret, data: writeAuthorities(roots) };
    const { status, text } = await client.request("PUT", path, body);
    if (status === 200) return;
    if (status !== 409) throw new Error(`Secret ${name}: ${status} ${text}`);
  }
}

/** Place of the dates in what is signed (RFC 5280 section 4.1). */
const validityPlace = 4;

/** The same certificate with both of its dates moved; PEM. Our own roots are ECDSA on P-256. */
function redate({ certificate, key, notBefore, notAfter }: Authority, byMs: number): string {
  const [whole] = readValues(new X509Certificate(certificate).raw);
  const [content, algorithm] = readValues(whole?.content ?? new Uint8Array());
  if (content === undefined || algorithm === undefined) throw new Error("a root is no certificate");
  const fields = readValues(content.content).map((field) => field.whole);
  const dates = sequence(time(notBefore + byMs), time(notAfter + byMs));
  const signed = sequence(...fields.with(validityPlace, dates));
  return formatCertificate(sequence(signed, algorithm.whole, bitString(sign("sha256", signed, createPrivateKey(key)))));
}
