/**
 * The limit on client connections of all listeners together. It is there to keep a flood from taking the pod's memory,
 * far above what an application is likely to hold; the sidecar's own listeners are exempt.
 */
import { extension } from "./resource.ts";

const maxConnections = 65_536;

/** The bootstrap's `overload_manager` field. */
export const overloadManager = {
  resource_monitors: [
    extension(
      "envoy.resource_monitors.global_downstream_max_connections",
      "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
      { max_active_downstream_connections: maxConnections },
    ),
  ],
};
