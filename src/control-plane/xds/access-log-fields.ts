/**
 * What the access log of a mesh's sidecar says beyond that of a standalone one: who was at the other end, by certificate.
 */
import type { AccessLogFields } from "../../envoy/access-log.ts";
import { clientAddressKey } from "../../envoy/internal-listener.ts";

/** For traffic of either direction; each is null where there was no mTLS on that side. */
export const peerFields: AccessLogFields = {
  downstream_peer: "%DOWNSTREAM_PEER_URI_SAN%",
  upstream_peer: "%UPSTREAM_PEER_URI_SAN%",
  upstream_cluster: "%UPSTREAM_CLUSTER%",
};

/** For requests that leave: the route that took one, `<namespace>/<route>#<rule>`; null where the destination has none. */
export const routeFields: AccessLogFields = { route: "%ROUTE_NAME%" };

/** For requests whose connection another listener of this sidecar has passed on: the client's own address came with it. */
export const passedOnFields: AccessLogFields = {
  downstream_remote: `%FILTER_STATE(${clientAddressKey}:PLAIN)%`,
};

/** For connections that are refused because they are not of the mesh, by what they bring. */
export const refusalFields = {
  raw_buffer: {
    refused: "plaintext, on a port where MeshTLS is strict: the client has no sidecar, or does not use it",
  },
  tls: {
    refused: "TLS that is no sidecar's, on a port where MeshTLS is strict: the client has no sidecar of this mesh",
  },
} as const satisfies Readonly<Record<"raw_buffer" | "tls", AccessLogFields>>;

/** For connections whose client says that it is a sidecar and cannot prove it, or does not believe this one. */
export const handshakeFields: AccessLogFields = {
  refused: "the TLS handshake between sidecars failed, for the reason in downstream_failure",
  // By the certificate that has just been found wanting.
  claimed_peer: "%DOWNSTREAM_PEER_URI_SAN%",
};
