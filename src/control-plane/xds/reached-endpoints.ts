/**
 * Which endpoints of a destination are used, and who they say they are.
 */
import type { Destination, Endpoint } from "../model/destination.ts";

const none: readonly Endpoint[] = [];

/** All of a destination, in the model's order; none of an unknown one. */
function allEndpoints(destination: Destination): readonly Endpoint[] {
  if (destination.kind === "unknown") return none;
  return destination.kind === "pod" ? [destination.endpoint] : destination.endpoints;
}

/** Those that are ready; where there is none, those that still serve while they end, as kube-proxy does. */
export function reachedEndpoints(destination: Destination): readonly Endpoint[] {
  const all = allEndpoints(destination);
  const ready = all.filter(({ draining }) => !draining);
  return ready.length > 0 ? ready : all;
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
