/** What the model holds of routes. */
import { GrantIndex } from "./grant-index.ts";
import { RouteGroups } from "./route-groups.ts";
import { RouteTable } from "./route-table.ts";
import { RoutedPorts } from "./routed-ports.ts";

export interface RouteState {
  readonly table: RouteTable;
  readonly grants: GrantIndex;
  readonly groups: RouteGroups;
  readonly ports: RoutedPorts;
}

/** That of a mesh without routes. */
export function createRouteState(): RouteState {
  return { table: new RouteTable(), grants: new GrantIndex(), groups: new RouteGroups(), ports: new RoutedPorts() };
}
