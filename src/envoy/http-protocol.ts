/**
 * How HTTP is spoken on both sides of the proxy: as little changed as the protocol engine allows. The limits are far
 * above those of common servers, so that the application's own limits are the ones that count.
 */
import type { Extension } from "./resource.ts";
import { extension, typedConfig } from "./resource.ts";

/** KiB; Envoy's default of 60 is below what some servers accept. */
const maxHeaderKib = 1024;
/** Envoy's default is 100. */
const maxHeaders = 10_000;

/** Header names keep the case they came in, and status lines their reason phrase. */
const preserveCase = {
  stateful_formatter: extension(
    "preserve_case",
    "envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig",
    { forward_reason_phrase: true },
  ),
};

/** Towards clients. */
export const downstreamProtocol: Readonly<Record<string, unknown>> = {
  http_protocol_options: {
    accept_http_10: true,
    enable_trailers: true,
    header_key_format: preserveCase,
    // Apache's HTTP client offers an upgrade to TLS with every request (RFC 2817); servers may ignore it, and so do we.
    ignore_http_11_upgrade: [{ prefix: "TLS/", ignore_case: true }],
  },
  http2_protocol_options: { allow_connect: true, override_stream_error_on_invalid_http_message: true },
  common_http_protocol_options: { idle_timeout: "0s", max_headers_count: maxHeaders },
  max_request_headers_kb: maxHeaderKib,
};

const upstreamType = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

function clusterProtocol(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { typed_extension_protocol_options: { [upstreamType]: typedConfig(upstreamType, options) } };
}

/**
 * Cluster fields: upstream speaks what the client speaks.
 *
 * @param idleTimeout how long an unused connection is kept
 * @param more further fields of the options
 * @param common further fields of the common options
 */
export function sameProtocolAsClient(
  idleTimeout: string,
  more: Readonly<Record<string, unknown>> = {},
  common: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return clusterProtocol({
    ...more,
    common_http_protocol_options: {
      idle_timeout: idleTimeout,
      max_headers_count: maxHeaders,
      max_response_headers_kb: maxHeaderKib,
      ...common,
    },
    use_downstream_protocol_config: {
      http_protocol_options: { enable_trailers: true, header_key_format: preserveCase },
      http2_protocol_options: { allow_connect: true },
    },
  });
}

/** Cluster fields: plain HTTP/1.1, a new connection for each request as the kubelet's probes do. */
export const http1PerRequest = clusterProtocol({
  common_http_protocol_options: { max_requests_per_connection: 1 },
  explicit_http_config: { http_protocol_options: {} },
});

/** Cluster fields for TLS: HTTP/2 or HTTP/1.1 as agreed in the handshake, a new connection for each request. */
export const negotiatedPerRequest = clusterProtocol({
  common_http_protocol_options: { max_requests_per_connection: 1 },
  auto_config: { http_protocol_options: {}, http2_protocol_options: {} },
});

/**
 * Cluster fields: HTTP/2 without negotiation, as gRPC speaks it.
 *
 * @param filters HTTP filters on the way to the server; the last is then `upstream_codec`
 */
export function http2(
  options: Readonly<Record<string, unknown>> = {},
  filters: readonly Extension[] = [],
): Readonly<Record<string, unknown>> {
  return clusterProtocol({
    explicit_http_config: { http2_protocol_options: options },
    ...(filters.length > 0 ? { http_filters: filters } : {}),
  });
}
