/**
 * The cluster behind an address. It is there for every address that is asked for, whatever is known of it, and changes in
 * place when more is: Envoy would never again ask for one that it was told does not exist.
 */
import { socketAddress } from "../../envoy/address.ts";
import { discovered } from "../../envoy/discovered.ts";
import { sameProtocolAsClient } from "../../envoy/http-protocol.ts";
import { clusterKeepalive } from "../../envoy/keepalive.ts";
import { internalConnection } from "../../envoy/internal-listener.ts";
import { originalDestinationCluster, plainIdleTimeout } from "../../envoy/original-destination-cluster.ts";
import type { Cluster } from "../../envoy/resource.ts";
import { extension } from "../../envoy/resource.ts";
import type { IpAndPort } from "../model/address.ts";
import { parseAddress } from "../model/address.ts";
import type { Address, Destination, PodDestination, ServiceDestination } from "../model/destination.ts";
import { digest } from "./encoded.ts";
import type { Carriage, ClusterUse } from "./names.ts";
import { destinationName, endpointsName, requestsName } from "./names.ts";
import type { HttpPolicyFields } from "./policy/connection-policy.ts";
import { connectionPolicyFields } from "./policy/connection-policy.ts";
import { endpointIdentities, isWholeMesh } from "./reached-endpoints.ts";
import { socketsByIdentity } from "./tcp-routes/split-cluster.ts";
import { clientTls } from "./tls-context.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What becomes of connections to addresses that nothing in the cluster has. */
export type UnknownDestinations = "pass" | "refuse";

/** Key and value of endpoint metadata `envoy.transport_socket_match` that choose mTLS. */
export const meshTlsMatch = { tls: "mesh" } as const;

/** Between sidecars no server closes idle connections on its own, so they may be kept, and with them their handshake. */
const meshIdleTimeout = "300s";

/** Short enough to try another endpoint before most clients give up. */
const connectTimeout = "5s";

const plain = {
  name: "plain",
  match: {},
  transport_socket: extension("raw-buffer", "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"),
};

function transportSockets(carriage: Carriage, destination: Destination): Fields {
  const [first, ...others] = endpointIdentities(destination);
  if (first === undefined) return {};
  if (destination.kind === "service" && destination.shares !== undefined) {
    return { transport_socket_matches: [...socketsByIdentity(carriage, [first, ...others]), plain] };
  }
  const mesh = { name: "mesh", match: meshTlsMatch, transport_socket: clientTls(carriage, [first, ...others]) };
  return { transport_socket_matches: [mesh, plain] };
}

/** In statistics a destination has its own name, not an address. Envoy takes a dot for the end of a cluster's name. */
function statisticsName(destination: ServiceDestination | PodDestination): string {
  const { kind } = destination;
  const [namespace, name, port] =
    kind === "service"
      ? [destination.namespace, destination.service, destination.port]
      : [destination.workload.namespace, destination.workload.name, destination.endpoint.port];
  return `${namespace}/${name}|${port}`.replaceAll(".", "_");
}

/** How requests are passed on, and how long the connections are kept that they leave behind. */
function http(destination: ServiceDestination | PodDestination, policy: HttpPolicyFields): Fields {
  const usual = isWholeMesh(destination) ? meshIdleTimeout : plainIdleTimeout;
  return sameProtocolAsClient(policy.idleTimeout ?? usual, policy.options, policy.common);
}

function knownCluster(use: ClusterUse, destination: ServiceDestination | PodDestination): Cluster {
  const policy = connectionPolicyFields(destination.kind === "service" ? destination : undefined);
  const carriage = use === "http" ? "http" : "tcp";
  const definition: Cluster = {
    name: destinationName(use, destination.address),
    alt_stat_name: statisticsName(destination),
    type: "EDS",
    connect_timeout: policy.connectTimeout ?? connectTimeout,
    ...policy.cluster,
    upstream_connection_options: clusterKeepalive,
    ...(carriage === "http" ? http(destination, policy.http) : {}),
    ...transportSockets(carriage, destination),
  };
  const service_name = endpointsName(definition.name, digest(JSON.stringify(definition)));
  return { ...definition, eds_cluster_config: { eds_config: discovered, service_name } };
}

/** All clusters of the unknown share one name in statistics: each address a series would be without end. */
const unknownStatistics = { alt_stat_name: "unknown" };

/** There is only one address to try; a second attempt would only double the time until the client hears of it. */
const neverRetry = { retry_policy: { num_retries: 0 } } as const;

/** Takes no connection: it has no endpoint. */
export function refusingCluster(name: string): Cluster {
  return { name, type: "STATIC", connect_timeout: connectTimeout, load_assignment: { cluster_name: name } };
}

/**
 * Takes connections to where its name says, which for most is where their clients meant them to go. Not by their original
 * destination: a route may have sent a request here that was for another one.
 */
function addressCluster(name: string, { ip, port }: IpAndPort): Cluster {
  const endpoint = { address: socketAddress(ip, port) };
  return {
    ...originalDestinationCluster(name, sameProtocolAsClient(plainIdleTimeout, neverRetry)),
    type: "STATIC",
    lb_policy: "ROUND_ROBIN",
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
  };
}

/** Whether what is spoken there need not be found out. */
function isDeclaredHttp(destination: Destination): boolean {
  return destination.kind === "service" && destination.protocol !== "tcp" && destination.protocol !== "detect";
}

/** Takes connections to the listener that knows requests, which routes them as it does those that were detected. */
function requestsCluster(address: Address): Cluster {
  const name = destinationName("undetected", address);
  const endpoint = { address: { envoy_internal_address: { server_listener_name: requestsName } } };
  return {
    name,
    alt_stat_name: "undetected",
    type: "STATIC",
    connect_timeout: connectTimeout,
    transport_socket: internalConnection,
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
  };
}

/** @param unknown what becomes of connections to an unknown destination; to one that is a mere name they are refused */
export function destinationCluster(use: ClusterUse, destination: Destination, unknown: UnknownDestinations): Cluster {
  if (use === "undetected" && isDeclaredHttp(destination)) return requestsCluster(destination.address);
  if (destination.kind !== "unknown") return knownCluster(use, destination);
  const name = destinationName(use, destination.address);
  const at = unknown === "refuse" ? undefined : parseAddress(destination.address);
  return { ...(at === undefined ? refusingCluster(name) : addressCluster(name, at)), ...unknownStatistics };
}
