/**
 * Decides whether a TLS client may ask: where a client CA is configured, only one whose certificate it signed and, if names
 * are configured, that carries one of them. This way nobody but the API server can make the webhook work.
 */
import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { OutriggerError } from "../errors.ts";

export interface ClientCertificatePolicy {
  /** PEM certificates of the authorities that sign client certificates. */
  readonly ca: string;
  /** Common names or DNS names, one of which the certificate must carry; empty: every certificate of the CA will do. */
  readonly names: readonly string[];
}

/** Why the client on this connection may not ask; undefined where it may. */
export type ClientCheck = (socket: Socket) => OutriggerError | undefined;

/**
 * Node takes a CA that it cannot read for an empty one, which would turn every client away.
 *
 * @throws OutriggerError `OUTRIGGER_CLIENT_CA_INVALID` where there is no PEM certificate in it
 */
export function checkClientCa(ca: string): void {
  try {
    new X509Certificate(ca);
  } catch (cause) {
    throw new OutriggerError("OUTRIGGER_CLIENT_CA_INVALID", undefined, { cause });
  }
}

/** Makes the check. A connection is judged once, at its first request: a certificate cannot change during a connection. */
export function createClientCheck({ names }: Pick<ClientCertificatePolicy, "names">): ClientCheck {
  const verdicts = new WeakMap<Socket, { readonly refusal: OutriggerError | undefined }>();
  return (socket) => {
    const known = verdicts.get(socket);
    if (known !== undefined) return known.refusal;
    const refusal = judge(socket, names);
    verdicts.set(socket, { refusal });
    return refusal;
  };
}

function judge(socket: Socket, names: readonly string[]): OutriggerError | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) {
    return new OutriggerError("OUTRIGGER_CLIENT_UNAUTHENTICATED");
  }
  if (names.length === 0 || names.some((name) => carriesName(socket, name))) return undefined;
  return new OutriggerError("OUTRIGGER_CLIENT_FORBIDDEN");
}

/** The common name, which is where the API server's own client certificates have it, or a DNS name, without wildcards. */
function carriesName(socket: TLSSocket, name: string): boolean {
  const commonName: unknown = socket.getPeerCertificate().subject.CN;
  if (commonName === name || (Array.isArray(commonName) && commonName.includes(name))) return true;
  const dnsOnly = { subject: "never", wildcards: false } as const;
  return socket.getPeerX509Certificate()?.checkHost(name, dnsOnly) !== undefined;
}
