/**
 * The roots of the mesh in the two forms in which they reach its proxies: text, and the file by which a sidecar trusts its
 * control plane.
 */
import { stringify } from "yaml";
import { formatBundle, parseCertificates } from "../../certificates/pem.ts";
import type { SigningAuthority } from "./signing-authority.ts";

/** PEM of the roots of these CAs, each once. */
export function trustBundleOf(authorities: readonly SigningAuthority[]): string {
  return formatBundle(authorities.flatMap(({ roots }) => parseCertificates(roots)));
}

/** `root.yaml`, a secret in Envoy's discovery format: the other side of `src/envoy/ads.ts`. */
export function trustFile(bundle: string): string {
  const secret = {
    "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
    name: "control-plane-trust",
    validation_context: { trusted_ca: { inline_string: bundle } },
  };
  return stringify({ resources: [secret] }, { version: "1.1" });
}
