/**
 * Outbound connections that are passed on byte by byte: the cluster is named by where the connection was going, and asked
 * for if need be.
 */
import { tcpAccessLog } from "../../envoy/access-log.ts";
import type { Extension } from "../../envoy/resource.ts";
import { extension } from "../../envoy/resource.ts";
import { peerFields } from "./access-log-fields.ts";
import type { ListenerInput } from "./listener-input.ts";
import { destinationName, outboundName, passthroughName } from "./names.ts";
import { holdConnections } from "./on-demand.ts";
import { originalAddress } from "./outbound-http.ts";

/** Another endpoint is tried where one does not answer; nothing has been sent by then. */
const connectAttempts = 3;

function tcpProxy(input: ListenerInput, more: Readonly<Record<string, unknown>>): Extension {
  return extension("tcp-proxy", "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", {
    stat_prefix: outboundName,
    cluster: passthroughName,
    idle_timeout: "0s",
    max_connect_attempts: connectAttempts,
    access_log: tcpAccessLog(input.accessLog, "outbound", peerFields),
    ...more,
  });
}

/** Wins over the proxy's own `cluster`. */
const nameCluster: Extension = extension(
  "name-cluster",
  "envoy.extensions.filters.network.set_filter_state.v3.Config",
  {
    on_new_connection: [
      {
        object_key: "envoy.tcp_proxy.cluster",
        format_string: { text_format_source: { inline_string: destinationName("tcp", originalAddress) } },
      },
    ],
  },
);

/** Connections to what may belong to the mesh. */
export function meshConnections(input: ListenerInput): readonly Extension[] {
  return [nameCluster, tcpProxy(input, { on_demand: holdConnections })];
}

/** Connections to anywhere else. */
export function foreignConnections(input: ListenerInput): readonly Extension[] {
  return [tcpProxy(input, {})];
}
