/**
 * Outbound connections that are passed on byte by byte: the cluster is named by where the connection was going, and asked
 * for if need be.
 */
import { leavesProxy, tcpAccessLog } from "../../envoy/access-log.ts";
import { clientAddressKey, destinationAddressKey } from "../../envoy/internal-listener.ts";
import type { Extension } from "../../envoy/resource.ts";
import { extension } from "../../envoy/resource.ts";
import { peerFields } from "./access-log-fields.ts";
import type { ListenerInput } from "./listener-input.ts";
import type { ClusterUse } from "./names.ts";
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

type Value = Readonly<Record<string, unknown>>;

function setValue(object_key: string, text: string, more: Value = {}): Value {
  return { object_key, format_string: { text_format_source: { inline_string: text } }, ...more };
}

function setOnConnection(name: string, on_new_connection: readonly Value[]): Extension {
  return extension(name, "envoy.extensions.filters.network.set_filter_state.v3.Config", { on_new_connection });
}

/** Wins over the proxy's own `cluster`. */
function clusterValue(use: ClusterUse): Value {
  return setValue("envoy.tcp_proxy.cluster", destinationName(use, originalAddress));
}

const nameCluster = setOnConnection("name-cluster", [clusterValue("tcp")]);

const shared = { shared_with_upstream: "ONCE" } as const;

/** What a listener within the sidecar takes for the connection's ends, if the connection is passed on there. */
const nameUndetected = setOnConnection("name-undetected", [
  clusterValue("undetected"),
  setValue(destinationAddressKey, originalAddress, shared),
  setValue(clientAddressKey, "%DOWNSTREAM_REMOTE_ADDRESS%", shared),
]);

/** Connections to what may belong to the mesh. */
export function meshConnections(input: ListenerInput): readonly Extension[] {
  return [nameCluster, tcpProxy(input, { on_demand: holdConnections })];
}

/** The same, of those that were looked into: what they are, where nobody knows it yet, is the destination's to say. */
export function undetectedConnections(input: ListenerInput): readonly Extension[] {
  if (!input.internalListeners) return meshConnections(input);
  const access_log = tcpAccessLog(input.accessLog, "outbound", peerFields, leavesProxy);
  return [nameUndetected, tcpProxy(input, { on_demand: holdConnections, access_log })];
}

/** Connections to anywhere else. */
export function foreignConnections(input: ListenerInput): readonly Extension[] {
  return [tcpProxy(input, {})];
}
