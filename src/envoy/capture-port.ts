/**
 * Connections to a capture port itself: they were not captured, so the proxy would be their destination, and passing them
 * on would be a loop.
 */
import type { FilterChain } from "./resource.ts";
import { extension } from "./resource.ts";

/** The chain that ends them. */
export function refuseCapturePort(port: number): FilterChain {
  return {
    filter_chain_match: { destination_port: port },
    // A response of nothing, after which Envoy closes the connection.
    filters: [extension("close", "envoy.extensions.filters.network.direct_response.v3.Config")],
  };
}
