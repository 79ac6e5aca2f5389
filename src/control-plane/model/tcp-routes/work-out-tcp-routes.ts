/**
 * Works out how connections are shared out, once the Services are worked out. It costs as much as there are backends of the
 * routes that have to do with what has changed.
 */
import type { MeshState } from "../mesh-state.ts";
import type { PendingChange } from "../pending-change.ts";
import { rememberFirst } from "../pending-change.ts";
import { isUnresolved } from "../routes/resolve-backend.ts";
import type { NamespacedName } from "../workload.ts";
import { namespacedName } from "../workload.ts";
import { reportTcpRoute } from "./judge-tcp-route.ts";
import { backendLookup } from "./backend-lookup.ts";
import { resolveTcpBackend } from "./resolve-tcp-backend.ts";
import type { TcpBackendRecord, TcpRouteRecord } from "./tcp-route-record.ts";
import type { PortSplits } from "./tcp-route-state.ts";
import { splitsOf } from "./tcp-route-state.ts";
import { parentServices } from "./tcp-route-table.ts";
import type { SplitBackend, TcpSplit } from "./tcp-split.ts";

export function workOutTcpRoutes(state: MeshState, pending: PendingChange): void {
  const { table, splits } = state.tcpRoutes;
  const services = new Set<NamespacedName>();
  for (const key of affectedRoutes(state, pending)) {
    pending.judgedTcpRoutes.add(key);
    for (const service of parentServices(table.get(key))) services.add(service);
  }
  for (const key of pending.services) if (splits.has(key) || table.hasParent(key)) services.add(key);
  for (const service of services) {
    rememberFirst(pending.splitsBefore, service, splitsOf(state.tcpRoutes, service));
    const after = splitPorts(state, service);
    if (after.size === 0) splits.delete(service);
    else splits.set(service, after);
    for (const { namespace, name } of table.ofParent(service)) {
      pending.judgedTcpRoutes.add(namespacedName(namespace, name));
    }
  }
  for (const key of pending.judgedTcpRoutes) reportTcpRoute(state, key);
}

/** Routes that have changed, or whose references may lead somewhere else. */
function* affectedRoutes({ tcpRoutes }: MeshState, pending: PendingChange): Generator<NamespacedName> {
  yield* pending.tcpRoutes;
  for (const service of pending.services) yield* tcpRoutes.table.namingBackend(service);
  for (const namespace of pending.grantNamespaces) yield* tcpRoutes.table.namingNamespace(namespace);
}

function splitPorts(state: MeshState, service: NamespacedName): PortSplits {
  const splits = new Map<number, TcpSplit>();
  for (const { port, tcpRoute } of state.services.resolved(service).ports) {
    const record = tcpRoute === undefined ? undefined : state.tcpRoutes.table.get(tcpRoute);
    // Of several ports with one number, the first has it, as of several that claim one address.
    if (tcpRoute !== undefined && record !== undefined && !splits.has(port)) {
      splits.set(port, { route: tcpRoute, backends: splitBackends(state, record) });
    }
  }
  return splits;
}

function splitBackends(state: MeshState, { namespace, backends }: TcpRouteRecord): readonly SplitBackend[] {
  const lookup = backendLookup(state);
  return backends.map(({ reference, weight }: TcpBackendRecord) => {
    const name = `${namespacedName(reference.namespace, reference.name)}:${reference.port ?? ""}`;
    const found = resolveTcpBackend(namespace, reference, lookup);
    return { name, weight, target: isUnresolved(found) ? undefined : found };
  });
}
