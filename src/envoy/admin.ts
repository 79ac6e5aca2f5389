/**
 * Envoy's admin interface. It can change the proxy and shut it down, so it is on loopback only; what others may see of
 * it is served, path by path, by the health and statistics listeners.
 */
import { socketAddress } from "./address.ts";
import { namedCluster } from "./named-cluster.ts";
import { ports } from "./ports.ts";
import type { Cluster, Route } from "./resource.ts";

const loopback = "127.0.0.1";
const cluster = "admin";

/** The bootstrap's `admin` field. */
export const admin = {
  address: socketAddress(loopback, ports.admin),
  // A proxy that is full must still be open to inspection.
  ignore_global_conn_limit: true,
};

/** The cluster that reaches the admin interface. */
export const adminCluster: Cluster = namedCluster({
  name: cluster,
  host: loopback,
  port: ports.admin,
  connectSeconds: 1,
  ipFamilies: ["IPv4"],
  more: {},
});

/** Serves one path of the admin interface under another; only GET, which changes nothing. */
export function adminRoute(path: string, adminPath: string): Route {
  return {
    match: { path, headers: [{ name: ":method", string_match: { exact: "GET" } }] },
    route: { cluster, prefix_rewrite: adminPath },
  };
}
