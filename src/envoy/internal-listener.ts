/**
 * Listeners within the proxy, which other parts of its configuration connect to. Envoy has them only where its bootstrap says
 * so; the node says that too, as a control plane may meet a sidecar of an older injector.
 */
import type { Extension } from "./resource.ts";
import { extension } from "./resource.ts";

/** What the bootstrap needs to have them. */
export const internalListeners: Extension = extension(
  "internal-listeners",
  "envoy.extensions.bootstrap.internal_listener.v3.InternalListener",
);

/** Filter state that an internal listener takes for where a connection was going, and for where it came from. */
export const destinationAddressKey = "envoy.filters.listener.original_dst.local_ip";
export const clientAddressKey = "envoy.filters.listener.original_dst.remote_ip";

/** Carries filter state that is shared with the upstream connection to where that ends: within the same proxy. */
export const internalConnection: Extension = extension(
  "internal",
  "envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport",
  {
    transport_socket: extension("raw-buffer", "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"),
  },
);
