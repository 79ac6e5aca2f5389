/**
 * The access log: one JSON object per request, or per TCP connection, on standard output.
 */
import type { AccessLogMode } from "./bootstrap-input.ts";
import { extension, typedConfig } from "./resource.ts";

/** Which way a connection was captured. */
export type Direction = "inbound" | "outbound";

/** Which lines are written. */
export type Filter = Readonly<Record<string, unknown>>;

const httpError: Filter = {
  status_code_filter: {
    comparison: { op: "GE", value: { default_value: 400, runtime_key: "outrigger.access_log.lowest_error" } },
  },
};

/** Any flag at all: the proxy or the connection, not the application, ended it. */
const flagged: Filter = { response_flag_filter: {} };

/** A failed gRPC call is a successful HTTP request. */
const grpcError: Filter = {
  and_filter: {
    filters: [
      { header_filter: { header: { name: "content-type", string_match: { prefix: "application/grpc" } } } },
      { grpc_status_filter: { statuses: ["OK"], exclude: true } },
    ],
  },
};

const failedRequest: Filter = { or_filter: { filters: [httpError, flagged, grpcError] } };

/** Name → text with command operators. */
export type AccessLogFields = Readonly<Record<string, string>>;

/** Envoy writes numbers as numbers, and null for what is absent. */
const connectionFields: AccessLogFields = {
  start_time: "%START_TIME%",
  response_flags: "%RESPONSE_FLAGS%",
  bytes_received: "%BYTES_RECEIVED%",
  bytes_sent: "%BYTES_SENT%",
  duration_ms: "%DURATION%",
  upstream_host: "%UPSTREAM_HOST%",
  upstream_failure: "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
  connection_failure: "%CONNECTION_TERMINATION_DETAILS%",
  downstream_remote: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%",
  original_destination: "%DOWNSTREAM_LOCAL_ADDRESS%",
};

const requestFields: AccessLogFields = {
  method: "%REQUEST_HEADER(:METHOD)%",
  path: "%REQUEST_HEADER(:PATH)%",
  authority: "%REQUEST_HEADER(:AUTHORITY)%",
  protocol: "%PROTOCOL%",
  response_code: "%RESPONSE_CODE%",
  response_code_details: "%RESPONSE_CODE_DETAILS%",
  grpc_status: "%GRPC_STATUS%",
  request_id: "%REQUEST_HEADER(X-REQUEST-ID)%",
  traceparent: "%REQUEST_HEADER(TRACEPARENT)%",
};

function jsonLogger(fields: AccessLogFields, filter: Filter | undefined): readonly Readonly<Record<string, unknown>>[] {
  const config = typedConfig("envoy.extensions.access_loggers.stream.v3.StdoutAccessLog", {
    log_format: { json_format: fields },
  });
  return [{ name: "stdout", ...(filter === undefined ? {} : { filter }), typed_config: config }];
}

/** The `access_log` of an HTTP connection manager: one line per request. */
export function httpAccessLog(
  mode: AccessLogMode,
  direction: Direction,
  more: AccessLogFields = {},
): readonly Readonly<Record<string, unknown>>[] {
  if (mode === "off") return [];
  return jsonLogger(
    { direction, ...connectionFields, ...requestFields, ...more },
    mode === "errors" ? failedRequest : undefined,
  );
}

/**
 * The `access_log` of a listener: one line for each connection whose TLS handshake failed. No filter of the connection's
 * has begun by then, so nothing else could log it.
 *
 * @param chains what the names of the filter chains that do TLS begin with: of others Envoy keeps a reason too, that their
 *   first bytes are none of TLS
 */
export function handshakeAccessLog(
  mode: AccessLogMode,
  direction: Direction,
  chains: string,
  more: AccessLogFields = {},
): readonly Readonly<Record<string, unknown>>[] {
  if (mode === "off") return [];
  const expression = `xds.filter_chain_name.startsWith("${chains}") && connection.transport_failure_reason != ""`;
  const filter = extension("failed-handshake", "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", {
    expression,
  });
  const reason = { downstream_failure: "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%" };
  return jsonLogger(
    { direction, protocol: "TLS", ...connectionFields, ...reason, ...more },
    { extension_filter: filter },
  );
}

/**
 * Not those that were passed on to a listener within the proxy, which logs their requests. What has reached no upstream has
 * no address of one, and a flag.
 */
export const leavesProxy: Filter = {
  or_filter: {
    filters: [
      flagged,
      {
        extension_filter: extension("leaves-proxy", "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", {
          expression: '!upstream.address.startsWith("envoy:")',
        }),
      },
    ],
  },
};

/**
 * The `access_log` of a TCP proxy: one line per connection.
 *
 * @param those the connections to write of; all, unless given
 */
export function tcpAccessLog(
  mode: AccessLogMode,
  direction: Direction,
  more: AccessLogFields = {},
  those?: Filter,
): readonly Readonly<Record<string, unknown>>[] {
  if (mode === "off") return [];
  const fields = { direction, protocol: "TCP", ...connectionFields, ...more };
  return jsonLogger(fields, mode === "errors" ? flagged : those);
}
