/**
 * TLS between sidecars: version 1.3, both sides with a certificate of the mesh, certificate and trust anchors by name, so
 * that renewed ones replace the old without a listener or a cluster being touched.
 */
import { discovered } from "../../envoy/discovered.ts";
import type { Extension } from "../../envoy/resource.ts";
import { extension } from "../../envoy/resource.ts";
import type { Carriage } from "./names.ts";
import { alpn, certificateName, trustName } from "./names.ts";

const tls13 = { tls_minimum_protocol_version: "TLSv1_3", tls_maximum_protocol_version: "TLSv1_3" } as const;

interface UriMatcher {
  readonly exact?: string;
  readonly prefix?: string;
}

function commonContext(uris: readonly UriMatcher[]): Readonly<Record<string, unknown>> {
  return {
    tls_params: tls13,
    tls_certificate_sds_secret_configs: [{ name: certificateName, sds_config: discovered }],
    combined_validation_context: {
      default_validation_context: {
        match_typed_subject_alt_names: uris.map((matcher) => ({ san_type: "URI", matcher })),
      },
      validation_context_sds_secret_config: { name: trustName, sds_config: discovered },
    },
  };
}

/**
 * As a client.
 *
 * @param identities the server's certificate must bear one of these SPIFFE URIs; at least one, as none would let any pass
 */
export function clientTls(carriage: Carriage, identities: readonly [string, ...string[]]): Extension {
  return extension("tls", "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext", {
    common_tls_context: { ...commonContext(identities.map((exact) => ({ exact }))), alpn_protocols: [alpn[carriage]] },
  });
}

/** As a server, to any workload of the trust domain. */
export function serverTls(trustDomain: string): Extension {
  return extension("tls", "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext", {
    common_tls_context: commonContext([{ prefix: `spiffe://${trustDomain}/` }]),
    require_client_certificate: true,
  });
}
