/**
 * The certificates and roots that proxies get, with what those need who keep an eye on them.
 */
import type { WorkloadSecrets } from "../xds/secrets.ts";

export interface IdentityChange {
  /** SPIFFE URIs of those whose certificate is another now. */
  readonly identities: ReadonlySet<string>;
  /** Whether the bundle of roots is another now. */
  readonly trust: boolean;
}

export interface LiveSecrets extends WorkloadSecrets {
  /** When the present certificate of a SPIFFE URI expires, in milliseconds since the epoch; undefined where there is none. */
  expiresAt(identity: string): number | undefined;
  /** Calls back after each change; returns how to stop. */
  subscribe(listener: (change: IdentityChange) => void): () => void;
}
