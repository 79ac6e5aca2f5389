/**
 * In which order the types of one stream are sent, so that nothing ever refers to what is not there: make before break.
 *
 * Additions go out as secrets, clusters, endpoints, listeners, routes; listeners wait until every cluster that is due has been
 * written, routes until it has been acknowledged: of what a request is mirrored to, none would be held. Secrets and endpoints
 * never wait: Envoy withholds the ACK of its clusters until they have both.
 *
 * Removals go out once everything that may have used them is settled: sent, acknowledged, and not refused, as a proxy
 * that refused its new listeners goes on with the old ones, which still name the old clusters. Endpoints go after their
 * clusters, not before: a cluster that is about to go may still have a request to place.
 */
import type { TypeUrl } from "./resource-source.ts";
import { typeUrls } from "./resource-source.ts";

const { secret, cluster, endpoints, listener, route } = typeUrls;

/** All types, in the order of additions. */
export const additionOrder: readonly TypeUrl[] = [secret, cluster, endpoints, listener, route];

/** All types, in the order of removals. */
export const removalOrder: readonly TypeUrl[] = [route, listener, cluster, endpoints, secret];

/** Types of which additions have not come through yet. */
export interface Underway {
  /** Something has yet to be written. */
  readonly due: ReadonlySet<TypeUrl>;
  /** Something has been written, and not acknowledged. */
  readonly sent: ReadonlySet<TypeUrl>;
}

/** Whether additions of a type wait while others are underway. */
export function waitsFor(type: TypeUrl, { due, sent }: Underway): boolean {
  return (type === listener && due.has(cluster)) || (type === route && (due.has(cluster) || sent.has(cluster)));
}

/** By type, those that may use it: all before it in the order of removals. */
const users = new Map(removalOrder.map((type, place) => [type, removalOrder.slice(0, place)]));

/** Whether removals of a type wait while others are unsettled. */
export function mayBeInUse(type: TypeUrl, unsettled: ReadonlySet<TypeUrl>): boolean {
  return users.get(type)?.some((user) => unsettled.has(user)) ?? false;
}
