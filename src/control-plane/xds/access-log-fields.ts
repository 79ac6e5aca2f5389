/**
 * What the access log of a mesh's sidecar says beyond that of a standalone one: who was at the other end, by certificate.
 */
import type { AccessLogFields } from "../../envoy/access-log.ts";

/** For traffic of either direction; each is null where there was no mTLS on that side. */
export const peerFields: AccessLogFields = {
  downstream_peer: "%DOWNSTREAM_PEER_URI_SAN%",
  upstream_peer: "%UPSTREAM_PEER_URI_SAN%",
  upstream_cluster: "%UPSTREAM_CLUSTER%",
};

/** For connections that are refused because they bring no certificate. */
export const refusalFields: AccessLogFields = {
  refused: "plaintext, on a port where MeshTLS is strict: the client has no sidecar, or does not use it",
};
