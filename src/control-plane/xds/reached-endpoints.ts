/**
 * Who answers for a destination, wherever the client is: a cluster is the same for all of its clients, and must accept
 * whatever endpoint any of them is given.
 */
import type { Destination, Endpoint } from "../model/destination.ts";

const none: readonly Endpoint[] = [];

/** All of a destination, in the model's order; none of an unknown one. */
function allEndpoints(destination: Destination): readonly Endpoint[] {
  if (destination.kind === "unknown") return none;
  return destination.kind === "pod" ? [destination.endpoint] : destination.endpoints;
}

/** The identities of all endpoints, also of those that drain, which are used again when the others go: sorted, distinct. */
export function endpointIdentities(destination: Destination): readonly string[] {
  const identities = allEndpoints(destination).flatMap(({ identity }) => (identity === undefined ? [] : [identity]));
  return [...new Set(identities)].sort();
}

/** Whether each endpoint takes mTLS; false where there is none. */
export function isWholeMesh(destination: Destination): boolean {
  const all = allEndpoints(destination);
  return all.length > 0 && all.every(({ identity }) => identity !== undefined);
}
