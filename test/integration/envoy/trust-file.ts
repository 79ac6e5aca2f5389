/**
 * The file in which a sidecar finds its control plane's trust anchors, and certificates to try it with.
 */
import { generate } from "selfsigned";

/** `root.yaml`: a secret in Envoy's discovery format. */
export function trustFile(cert: string): string {
  const secret = {
    "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
    name: "control-plane-trust",
    validation_context: { trusted_ca: { inline_string: cert } },
  };
  return JSON.stringify({ resources: [secret] });
}

/** Key and certificate, which is its own root, of a control plane at that address. */
export async function certificateFor(ip: string): Promise<{ readonly pem: string; readonly cert: string }> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "control plane" }], {
    keyType: "ec",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip }] },
    ],
  });
  return { pem: `${key}\n${cert}`, cert };
}
