/**
 * Where the webhook's serving certificate comes from: one interface for our own authority and for files.
 */

/** A certificate to serve with, and what its clients must trust. */
export interface ServingCertificate {
  /** PEM, leaf first. */
  readonly certificate: string;
  /** PEM, PKCS #8 or what the file held. */
  readonly key: string;
  /** PEM of every CA that clients are to trust; empty where it is not ours to say. Changes before the leaf does. */
  readonly caBundle: string;
  /** Validity of the leaf, in milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface CertificateSource {
  /**
   * Begins; resolves after the first attempt, successful or not. An attempt that failed is repeated by itself, and
   * `onChange` tells of the first certificate as of any other.
   */
  start(): Promise<void>;
  /** The certificate to serve with now; undefined while there is none. */
  current(): ServingCertificate | undefined;
  /** Whether there is a certificate and it is valid now. */
  healthy(): boolean;
  /** Calls the listener with each new certificate or bundle; the function returned ends that. */
  onChange(listener: (certificate: ServingCertificate) => void): () => void;
  stop(): void;
}

/** What went wrong, for counting: a closed set. */
export type CertificateOperation = "authority-secret" | "issue" | "files" | "ca-bundle" | "watch";

/** Hears of everything that is worth counting. The log lines are written by whoever calls it. */
export interface CertificateObserver {
  failed(operation: CertificateOperation): void;
  /** A new serving certificate or CA; `notAfter` in milliseconds since the epoch. */
  renewed(role: "serving" | "ca", notAfter: number): void;
  /** A webhook configuration's CA bundle was set right. */
  bundlePatched(): void;
}

/** For whoever does not count. */
export const silentObserver: CertificateObserver = {
  failed: () => undefined,
  renewed: () => undefined,
  bundlePatched: () => undefined,
};

/** Whether a certificate is valid at a time (milliseconds since the epoch). */
export function isValidAt(
  validity: { readonly notBefore: number; readonly notAfter: number } | undefined,
  now: number,
): boolean {
  return validity !== undefined && validity.notBefore <= now && now < validity.notAfter;
}
