/**
 * The sidecar's own listeners: they serve the kubelet and the monitoring, are never captured and never drained.
 */
import type { IpFamily } from "../net/cidr.ts";
import { listenOn } from "./address.ts";
import type { Extension, Listener } from "./resource.ts";

/** A plain listener; it still accepts when the limit on connections is reached, or a full proxy would be restarted. */
export function ownListener(name: string, port: number, families: readonly IpFamily[], filter: Extension): Listener {
  return {
    name,
    stat_prefix: name,
    ...listenOn(families, port),
    ignore_global_conn_limit: true,
    filter_chains: [{ filters: [filter] }],
  };
}
