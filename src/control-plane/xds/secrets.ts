/**
 * What sidecars prove themselves with, and whom they believe.
 */
import { certificateName, trustName } from "./names.ts";

/** A certificate with its key, as PEM. */
export interface WorkloadCertificate {
  /** The leaf first, then intermediates. */
  readonly certificateChain: string;
  readonly privateKey: string;
}

/** Where certificates come from. Whoever implements it tells the resource source when an answer changes. */
export interface WorkloadSecrets {
  /** Undefined while there is none yet: it is being made, or cannot be. */
  certificate(identity: string): WorkloadCertificate | undefined;
  /** All roots that are believed now, as PEM; more than one while they are being exchanged. */
  trustBundle(): string;
}

interface Secret {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** The secret `workload`. */
export function certificateSecret({ certificateChain, privateKey }: WorkloadCertificate): Secret {
  return {
    name: certificateName,
    tls_certificate: {
      certificate_chain: { inline_string: certificateChain },
      private_key: { inline_string: privateKey },
    },
  };
}

/** The secret `trust`. */
export function trustSecret(trustBundle: string): Secret {
  return { name: trustName, validation_context: { trusted_ca: { inline_string: trustBundle } } };
}
