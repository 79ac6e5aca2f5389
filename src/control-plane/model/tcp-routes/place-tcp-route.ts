/** Puts a TCPRoute in its place, and finds out which Services' ports it may have got or lost, to it or because of it. */
import { isDeepStrictEqual } from "node:util";
import type { MeshState } from "../mesh-state.ts";
import type { PendingChange } from "../pending-change.ts";
import { serviceOfParent } from "../routes/attach-parents.ts";
import type { RouteKey } from "../routes/route-key.ts";
import type { RouteRecord } from "../routes/route-record.ts";
import type { NamespacedName } from "../workload.ts";
import type { ContestedPort } from "./port-holder.ts";
import { tcpRouteAt } from "./port-holder.ts";
import type { TcpRouteRecord } from "./tcp-route-record.ts";
import { parentServices } from "./tcp-route-table.ts";

/** What somebody has written into its status changes nothing. */
export function placeTcpRoute(
  { tcpRoutes: { table } }: MeshState,
  key: NamespacedName,
  record: TcpRouteRecord | undefined,
  pending: PendingChange,
): void {
  const before = table.get(key);
  if (isDeepStrictEqual(before, record)) return;
  table.set(key, record);
  pending.tcpRoutes.add(key);
  for (const service of [...parentServices(before), ...parentServices(record)]) pending.services.add(service);
}

/** A route of requests has changed: the ports that it has named, or names now, may be a TCPRoute's or no longer be one's. */
export function noteContest(
  { tcpRoutes: { table } }: MeshState,
  before: RouteRecord | undefined,
  after: RouteRecord | undefined,
  pending: PendingChange,
): void {
  for (const route of [before, after]) {
    for (const parent of route?.parents ?? []) {
      const service = route && serviceOfParent(route, parent);
      if (service !== undefined && table.hasParent(service)) pending.services.add(service);
    }
  }
}

/** The TCPRoute that has a port, with all that is known now. */
export function findTcpRouteAt(
  state: MeshState,
  port: ContestedPort,
  pending: PendingChange,
): NamespacedName | undefined {
  const { table } = state.tcpRoutes;
  if (!table.hasParent(port.service)) return undefined;
  return tcpRouteAt(port, table.ofParent(port.service), () => requestRoutesFor(state, port.service, pending));
}

/** Those that name a Service, also where they have yet to be worked out. */
export function requestRoutesFor(
  { routes }: MeshState,
  service: NamespacedName,
  pending: PendingChange | undefined,
): readonly RouteRecord[] {
  const changed = pending?.routes ?? new Map<RouteKey, RouteRecord | undefined>();
  const known = Array.from(routes.table.namingService(service), (key) =>
    changed.has(key) ? undefined : routes.table.get(key)?.record,
  );
  return [...known, ...changed.values()].filter((record) => record !== undefined);
}
