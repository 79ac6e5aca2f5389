/**
 * TLS towards the application beside the proxy, as the kubelet speaks it in probes: the certificate is not verified, as
 * it names whatever the application's clients call it.
 */
import { isIP } from "node:net";
import { extension } from "./resource.ts";

/** Cluster fields. A DNS name is sent as server name, as the kubelet does. */
export function unverifiedTls(host: string | undefined): Readonly<Record<string, unknown>> {
  const sni = host !== undefined && isIP(host) === 0 ? { sni: host } : {};
  return {
    transport_socket: extension("tls", "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
      ...sni,
      common_tls_context: {
        // Envoy's default maximum towards servers is 1.2, which some servers no longer speak.
        tls_params: { tls_minimum_protocol_version: "TLSv1_2", tls_maximum_protocol_version: "TLSv1_3" },
      },
    }),
  };
}
