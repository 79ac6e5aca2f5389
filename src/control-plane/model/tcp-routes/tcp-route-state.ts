/** What the model holds of TCPRoutes. */
import type { NamespacedName } from "../workload.ts";
import { TcpRouteTable } from "./tcp-route-table.ts";
import type { TcpSplit } from "./tcp-split.ts";

/** Number of a Service's port → how its connections are shared out. */
export type PortSplits = ReadonlyMap<number, TcpSplit>;

export interface TcpRouteState {
  readonly table: TcpRouteTable;
  /** Of Services with a port that a TCPRoute has. */
  readonly splits: Map<NamespacedName, PortSplits>;
}

/** That of a mesh without TCPRoutes. */
export function createTcpRouteState(): TcpRouteState {
  return { table: new TcpRouteTable(), splits: new Map() };
}

const none: PortSplits = new Map();

export function splitsOf({ splits }: Pick<TcpRouteState, "splits">, service: NamespacedName): PortSplits {
  return splits.get(service) ?? none;
}
