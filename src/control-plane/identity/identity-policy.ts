/**
 * How long the mesh's certificates live, and how slowly one root takes the place of another. All times in milliseconds.
 */
import { clockSkewMs } from "../../certificates/certificate-policy.ts";

export interface IdentityPolicy {
  readonly rootLifetimeMs: number;
  readonly leafLifetimeMs: number;
  /**
   * How long a new root is only trusted before it signs. Proxies hear of it within seconds over their streams, but the
   * file by which they trust the control plane comes by a ConfigMap, for which a kubelet may take two minutes; the rest is
   * for a busy API server and ten thousand namespaces.
   */
  readonly propagationMs: number;
  /** How often everything is looked at without being asked. */
  readonly pollMs: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const defaultIdentityPolicy: IdentityPolicy = {
  rootLifetimeMs: 365 * day,
  leafLifetimeMs: day,
  propagationMs: 15 * minute,
  pollMs: minute,
};

/** A replica that did not hear at once of a new root goes on signing with the old one for at most so long. */
const lateSignatureMs = hour;

/** How long a root stays trusted after its successor was made: until the last leaf that it may have signed has expired. */
export function overlapOf({ propagationMs, leafLifetimeMs }: IdentityPolicy): number {
  return propagationMs + lateSignatureMs + leafLifetimeMs + clockSkewMs;
}
