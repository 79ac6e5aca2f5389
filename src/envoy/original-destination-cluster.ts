/**
 * The clusters behind the capture listeners: whatever the client wanted to reach, reached by the proxy in its place.
 */
import type { BootstrapInput } from "./bootstrap-input.ts";
import { bindToUncapturedSource } from "./captured-source.ts";
import { sameProtocolAsClient } from "./http-protocol.ts";
import { clusterKeepalive } from "./keepalive.ts";
import type { Cluster } from "./resource.ts";
import { unlimited } from "./unlimited.ts";

/**
 * How long an idle HTTP connection to the server is kept. Below the 5 s after which Node's and other servers close
 * theirs, or a request would now and then meet a connection that is just being closed.
 */
export const plainIdleTimeout = "4s";

/** A cluster that passes connections on to where their clients meant them to go. */
export function originalDestinationCluster(name: string, more: Readonly<Record<string, unknown>>): Cluster {
  return {
    name,
    type: "ORIGINAL_DST",
    lb_policy: "CLUSTER_PROVIDED",
    connect_timeout: "10s",
    // One client connection, one server connection: what servers tie to a connection stays with its client.
    connection_pool_per_downstream_connection: true,
    ...unlimited,
    upstream_connection_options: clusterKeepalive,
    ...sameProtocolAsClient(plainIdleTimeout),
    ...more,
  };
}

/** Where outbound connections go: anywhere. */
export const outboundCluster: Cluster = originalDestinationCluster("outbound", {});

/** Where inbound connections go: the application, which sees the proxy as its client, or with TPROXY the client itself. */
export function inboundCluster({
  interceptionMode,
  ipFamilies,
}: Pick<BootstrapInput, "interceptionMode" | "ipFamilies">): Cluster {
  const source = interceptionMode === "tproxy" ? {} : bindToUncapturedSource(interceptionMode, ipFamilies);
  return originalDestinationCluster("inbound", source);
}
