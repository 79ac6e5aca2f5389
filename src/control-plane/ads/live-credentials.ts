/**
 * The TLS side of the discovery server: TLS 1.3 only, with a certificate that can be replaced at any time. Connections that
 * are open keep theirs; new ones get the new one; before there is any, connections are dropped.
 */
import { ServerCredentials } from "@grpc/grpc-js";

/** A certificate with its key, both PEM; the certificate first in its chain. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

const minVersion = "TLSv1.3";

/** grpc-js's own kinds read files or are fixed; what they are made of is open to subclasses. */
export class LiveCredentials extends ServerCredentials {
  constructor(first: KeyedCertificate | undefined) {
    // Not only for the first certificate: without it here, the server would offer older versions from the second one on.
    super({ minVersion }, first === undefined ? undefined : contextOf(first));
  }

  replace(next: KeyedCertificate): void {
    this.updateSecureContextOptions(contextOf(next));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function contextOf({ certificate, key }: KeyedCertificate): {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: typeof minVersion;
} {
  return { cert: certificate, key, minVersion };
}
