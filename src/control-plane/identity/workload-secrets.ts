/**
 * What a proxy gets by SDS, as whoever translates it into Envoy's resources reads it: synchronously, by key.
 */

/** A workload's certificate with its key, both PEM; never logged, never written. */
export interface WorkloadCertificate {
  /** The leaf first, then what leads to its root. */
  readonly certificate: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

export interface IdentityChange {
  /** SPIFFE URIs of those whose certificate is another now. */
  readonly identities: ReadonlySet<string>;
  /** Whether the bundle of roots is another now. */
  readonly trust: boolean;
}

export interface WorkloadSecrets {
  /**
   * The present certificate of a SPIFFE URI; undefined for one that was never prepared, or where no CA could renew it
   * in time.
   */
  certificate(identity: string): WorkloadCertificate | undefined;
  /** PEM of every root that is trusted now; empty while there is none. */
  trustBundle(): string;
  /** Calls back after each change; returns how to stop. */
  subscribe(listener: (change: IdentityChange) => void): () => void;
}
