/**
 * Connections to a capture port itself: they were not captured, so the proxy would be their destination, and passing them
 * on would be a loop.
 */
import type { FilterChain } from "./resource.ts";
import { extension } from "./resource.ts";

type Match = NonNullable<FilterChain["filter_chain_match"]>;

function refuse(match: Match): FilterChain {
  return {
    filter_chain_match: match,
    // A response of nothing, after which Envoy closes the connection.
    filters: [extension("close", "envoy.extensions.filters.network.direct_response.v3.Config")],
  };
}

/** The chain that ends them, of the inbound listener: nothing else in the pod can listen there. */
export function refuseCapturePort(port: number): FilterChain {
  return refuse({ destination_port: port });
}

/**
 * The chain that ends them, of the outbound listener: they come from the pod's own address. A captured connection to that
 * port of somebody else is like any other.
 *
 * @param match the port; and a destination, where other chains of that port match on it, as Envoy looks at it first
 */
export function refuseOwnCalls(match: Match): FilterChain {
  return refuse({ ...match, source_type: "SAME_IP_OR_LOOPBACK" });
}
