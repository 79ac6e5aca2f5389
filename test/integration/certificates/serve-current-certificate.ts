/**
 * Lets a running TLS server follow a certificate source. Connections that exist go on; only new handshakes use the new
 * certificate.
 */
import type { Server } from "node:tls";
import type { CertificateSource, ServingCertificate } from "../../../src/certificates/certificate-source.ts";

/** TLS 1.3 only: every API server that is still maintained speaks it. */
export const tlsMinimum = "TLSv1.3";

/**
 * Gives a server the source's present certificate and every later one.
 *
 * @returns ends that; the server keeps the certificate it has
 */
export function serveCurrentCertificate(server: Server, source: CertificateSource): () => void {
  const use = ({ certificate, key }: ServingCertificate): void => {
    server.setSecureContext({ cert: certificate, key, minVersion: tlsMinimum });
  };
  const present = source.current();
  if (present !== undefined) use(present);
  return source.onChange(use);
}
