/**
 * What a replica serves with, as a client sees it.
 */
import { once } from "node:events";
import { connect } from "node:tls";

/** The name of the CA that signed the certificate of the server on this port. */
export async function servingAuthority(port: number): Promise<string> {
  // Who signed it is the question here, not whether that is to be trusted.
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect");
    const { CN } = socket.getPeerCertificate().issuer;
    return typeof CN === "string" ? CN : "";
  } finally {
    socket.destroy();
  }
}
