/**
 * Where captured outbound connections arrive. One listener takes them all and hands each to a better one, if there is any:
 * by port where a Service may speak HTTP, by address where it must not be inspected although its port is. They come and go
 * with Services, but are never changed while connections are on them, as a changed listener drains.
 */
import { listenOn, socketAddress } from "../../envoy/address.ts";
import { refuseOwnCalls } from "../../envoy/capture-port.ts";
import { listenerKeepalive } from "../../envoy/keepalive.ts";
import { ports } from "../../envoy/ports.ts";
import { detectProtocol, originalDestination } from "../../envoy/protocol-detection.ts";
import type { FilterChain, Listener } from "../../envoy/resource.ts";
import { parseAddress } from "../model/address.ts";
import type { Address } from "../model/destination.ts";
import { passedOnFields } from "./access-log-fields.ts";
import type { ListenerInput } from "./listener-input.ts";
import { meshRanges } from "./mesh-ranges.ts";
import { inspectedListenerName, opaqueListenerName, outboundName, requestsName } from "./names.ts";
import { foreignRequests, meshRequests } from "./outbound-http.ts";
import { foreignConnections, meshConnections, undetectedConnections } from "./outbound-tcp.ts";

const outbound = { stat_prefix: outboundName, traffic_direction: "OUTBOUND" } as const;
/** Its connections come from the outbound listener; it has no socket of its own. */
const virtual = { ...outbound, bind_to_port: false } as const;
const http = ["http/1.1", "h2c"] as const;

function byteChains(input: ListenerInput): {
  readonly mesh: FilterChain;
  readonly default_filter_chain: FilterChain;
} {
  const prefix_ranges = meshRanges(input.ranges);
  return {
    mesh: { filter_chain_match: { prefix_ranges }, filters: meshConnections(input) },
    default_filter_chain: { filters: foreignConnections(input) },
  };
}

/** For the port that this listener has itself, a complete set of chains: Envoy does not go back once a port has matched. */
function ownPort({ filter_chain_match, filters }: FilterChain): readonly FilterChain[] {
  const match = { ...filter_chain_match, destination_port: ports.outbound };
  return [
    refuseOwnCalls({ destination_port: ports.outbound }),
    refuseOwnCalls(match),
    { filter_chain_match: match, filters },
  ];
}

/** Takes every captured outbound connection; keeps those that no other listener wants. */
export function outboundListener(input: ListenerInput): Listener {
  const { mesh, default_filter_chain } = byteChains(input);
  return {
    name: outboundName,
    ...outbound,
    ...listenOn(input.ipFamilies, ports.outbound),
    socket_options: listenerKeepalive,
    use_original_dst: true,
    listener_filters: [originalDestination],
    filter_chains: [...ownPort(mesh), mesh],
    default_filter_chain,
  };
}

/** Connections to a port on which at least one Service may speak HTTP. */
export function inspectedListener(port: number, input: ListenerInput): Listener {
  const { default_filter_chain } = byteChains(input);
  const prefix_ranges = meshRanges(input.ranges);
  return {
    name: inspectedListenerName(port),
    ...virtual,
    ...listenOn(input.ipFamilies, port),
    ...detectProtocol([], []),
    filter_chains: [
      { filter_chain_match: { prefix_ranges, application_protocols: http }, filters: [meshRequests(input)] },
      { filter_chain_match: { prefix_ranges }, filters: undetectedConnections(input) },
      { filter_chain_match: { application_protocols: http }, filters: [foreignRequests(input)] },
    ],
    default_filter_chain,
  };
}

/**
 * Connections that an inspected listener has passed on, as their client had said nothing that is known and their destination
 * takes nothing but requests: a slow client's, mostly. Where they were going comes with them.
 */
export function requestsListener(input: ListenerInput): Listener {
  return {
    name: requestsName,
    ...outbound,
    internal_listener: {},
    listener_filters: [originalDestination],
    filter_chains: [{ filters: [meshRequests(input, passedOnFields)] }],
  };
}

/** Connections to one address whose port others use for HTTP. Undefined for a text that is no address. */
export function opaqueListener(address: Address, input: ListenerInput): Listener | undefined {
  const at = parseAddress(address);
  if (at === undefined) return undefined;
  return {
    name: opaqueListenerName(address),
    ...virtual,
    address: socketAddress(at.ip, at.port),
    additional_addresses: [],
    listener_filters: [originalDestination],
    filter_chains: [{ filters: meshConnections(input) }],
  };
}
