/** How a rule's requests are shared out: among the backends that there are, and to an error for those that there are not. */
import type { BackendTarget, WeightedBackend } from "../../model/route.ts";

/** A backend that there is. */
export interface KnownBackend extends WeightedBackend {
  readonly target: BackendTarget;
}

export interface BackendShares {
  /** With more than no weight, in the rule's order. */
  readonly known: readonly KnownBackend[];
  /** Of {@link failedOf} requests, those that are answered with an error. */
  readonly failed: number;
}

/** What Envoy calls `TEN_THOUSAND`. */
export const failedOf = 10_000;

/**
 * The sum of the weights where some requests fail. Envoy has one random number for a request: by its remainder it tells
 * whether the request fails, and by another remainder to whom it goes. They are independent only if neither divisor has a
 * factor of the other's, which a large prime sees to.
 */
const primeTotal = 999_983;

export function isKnown(backend: WeightedBackend): backend is KnownBackend {
  return backend.target !== undefined;
}

function sum(backends: readonly WeightedBackend[]): number {
  return backends.reduce((total, { weight }) => total + weight, 0);
}

/** Same proportions, another sum; nobody loses everything. */
function scaled(backends: readonly KnownBackend[], total: number): readonly KnownBackend[] {
  const factor = total / sum(backends);
  const weights = backends.map(({ weight }) => Math.max(1, Math.round(weight * factor)));
  const excess = weights.reduce((all, weight) => all + weight, -total);
  const largest = weights.indexOf(Math.max(...weights));
  return backends.map((backend, index) => ({
    ...backend,
    weight: (weights[index] ?? 1) - (index === largest ? excess : 0),
  }));
}

/** Shares out the requests of a rule. */
export function shareOut(backends: readonly WeightedBackend[]): BackendShares {
  const known = backends.filter(isKnown).filter(({ weight }) => weight > 0);
  const [total, knownTotal] = [sum(backends), sum(known)];
  if (knownTotal === 0) return { known: [], failed: failedOf };
  if (knownTotal === total) return { known, failed: 0 };
  const share = Math.round(((total - knownTotal) / total) * failedOf);
  return { known: scaled(known, primeTotal), failed: Math.min(Math.max(share, 1), failedOf - 1) };
}
