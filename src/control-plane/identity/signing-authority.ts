/**
 * A CA that may sign for the mesh, wherever it came from.
 */
import type { Authority } from "../../certificates/authority.ts";
import { clockSkewMs } from "../../certificates/certificate-policy.ts";

export interface SigningAuthority extends Pick<
  Authority,
  "certificate" | "key" | "fingerprint" | "notBefore" | "notAfter"
> {
  /** PEM that goes with each leaf: the CA itself and what leads from it to its root; empty for a root. */
  readonly intermediates: string;
  /** PEM of what its leaves' readers must trust. */
  readonly roots: string;
  /** Since when everybody has been told to trust it, in milliseconds since the epoch. */
  readonly since: number;
}

/** Where the mesh's CAs come from. */
export interface AuthoritySource {
  /** Begins. May resolve before there is any CA: what fails is repeated by itself, and `onChange` tells. */
  start(): Promise<void>;
  /** Newest first; empty while there is none. */
  current(): readonly SigningAuthority[];
  /** Calls the listener when the CAs have changed; the function returned ends that. */
  onChange(listener: () => void): () => void;
  stop(): void;
}

/** A root of our own: it has been published from the moment that it was made. */
export function ownRoot(authority: Authority): SigningAuthority {
  const { certificate, key, fingerprint, notBefore, notAfter } = authority;
  const since = notBefore + clockSkewMs;
  return { certificate, key, fingerprint, notBefore, notAfter, intermediates: "", roots: certificate, since };
}
