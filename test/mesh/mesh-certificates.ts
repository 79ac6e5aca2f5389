/**
 * Certificates of a test's mesh: one root, and leaves that bear a SPIFFE URI.
 */
import { generate } from "selfsigned";
import type { WorkloadCertificate } from "../../src/control-plane/xds/secrets.ts";

export interface MeshAuthority {
  readonly certificate: string;
  readonly key: string;
}

const name = (text: string): { readonly name: string; readonly value: string }[] => [
  { name: "commonName", value: text },
];

export async function meshAuthority(commonName = "mesh root"): Promise<MeshAuthority> {
  const { cert, private: key } = await generate(name(commonName), {
    keyType: "ec",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, critical: true },
    ],
  });
  return { certificate: cert, key };
}

/** A leaf for both sides of a connection. */
export async function workloadCertificate(
  { certificate, key }: MeshAuthority,
  identity: string,
): Promise<WorkloadCertificate> {
  const leaf = await generate(name("workload"), {
    keyType: "ec",
    ca: { cert: certificate, key },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      { name: "subjectAltName", critical: true, altNames: [{ type: 6, value: identity }] },
    ],
  });
  return { certificateChain: leaf.cert, privateKey: leaf.private };
}
