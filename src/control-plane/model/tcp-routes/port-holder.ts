/**
 * Which route has a Service's port. A port takes either requests or bytes, for all of its clients: so of all TCPRoutes, and of
 * the HTTPRoutes and GRPCRoutes of the Service's own namespace, the oldest has it. What the Service itself declares says more
 * than any route: where it declares requests, no TCPRoute can have the port, and where it declares bytes, nothing else can.
 */
import type { DeclaredProtocol } from "../destination.ts";
import { isNamed } from "../routes/attach-parents.ts";
import { compareTexts } from "../routes/precedence.ts";
import type { ReferrerKind, RouteRecord, ServiceParent } from "../routes/route-record.ts";
import type { FrontPort } from "../routes/service-front.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";
import type { TcpRouteRecord } from "./tcp-route-record.ts";

/** What counts between two routes. */
export interface Contender {
  readonly kind?: ReferrerKind;
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: number;
}

/** The older one first; of equally old ones, by name and kind. */
export function compareContenders(one: Contender, other: Contender): number {
  return (
    one.createdAt - other.createdAt ||
    compareTexts(one.namespace, other.namespace) ||
    compareTexts(one.name, other.name) ||
    compareTexts(one.kind ?? "TCPRoute", other.kind ?? "TCPRoute")
  );
}

/** The port of a Service, as the Service itself declares it. */
export interface ContestedPort extends Pick<FrontPort, "name" | "port"> {
  readonly service: NamespacedName;
  readonly declared: DeclaredProtocol;
}

type Candidate = Pick<RouteRecord, "namespace" | "name" | "createdAt" | "parents"> & {
  readonly kind?: ReferrerKind;
  readonly refusal: unknown;
};

/** Whether a route of the Service's own namespace is for the port. */
function wants({ namespace, parents, refusal }: Candidate, port: ContestedPort): boolean {
  const isParent = (parent: ServiceParent): boolean =>
    namespacedName(parent.namespace ?? namespace, parent.name) === port.service && isNamed(parent, port);
  return refusal === undefined && port.service.startsWith(`${namespace}/`) && parents.some(isParent);
}

/**
 * The TCPRoute that has a port; undefined where none does.
 *
 * @param tcpRoutes those for the Service
 * @param requestRoutes HTTPRoutes and GRPCRoutes that name the Service; asked for only if it matters
 */
export function tcpRouteAt(
  port: ContestedPort,
  tcpRoutes: readonly TcpRouteRecord[],
  requestRoutes: () => Iterable<RouteRecord>,
): NamespacedName | undefined {
  if (port.declared !== "tcp" && port.declared !== "detect") return undefined;
  const [oldest] = tcpRoutes.filter((route) => wants(route, port)).sort(compareContenders);
  if (oldest === undefined) return undefined;
  const older = port.declared === "detect" ? oldestOf(requestRoutes(), port) : undefined;
  return older !== undefined && compareContenders(older, oldest) < 0
    ? undefined
    : namespacedName(oldest.namespace, oldest.name);
}

/** The oldest of the routes that want a port. */
export function oldestOf(routes: Iterable<RouteRecord>, port: ContestedPort): RouteRecord | undefined {
  const [oldest] = [...routes].filter((route) => wants(route, port)).sort(compareContenders);
  return oldest;
}
