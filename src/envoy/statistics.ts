/**
 * Which statistics a sidecar keeps. Every series costs memory in every pod and in Prometheus, so those that tell of
 * features a sidecar does not use, or only Envoy's developers read, are left out. Histograms keep Envoy's default buckets.
 */

/**
 * Regular expressions (RE2) over whole names. What stays is what captured traffic is judged by: requests, responses,
 * connections, bytes, durations and failures of `inbound` and `outbound`; for the application's pages the responses; and
 * the membership of clusters, which TCP and gRPC probes themselves read.
 */
const excluded = [
  // The sidecar's own pages.
  "listener\\.(?:application|health|stats|admin)\\..*",
  "http\\.(?:health|stats|admin|async-client)\\..*",
  "http\\.application\\.(?:downstream_(?:cx|flow)|no_|passthrough_|r[qs]_|tracing|lua).*",
  "cluster\\.(?:admin|tracing|application\\|.*)\\.(?:upstream|http1|http2|ssl|external|internal|default|original_dst).*",
  // What Envoy counts a second time by listener, and by worker thread.
  "listener\\..*\\.(?:worker_\\d+|http)\\..*",
  "listener\\..*\\.(?:connections_accepted_per_socket_event|downstream_cx_length_ms|.*extension_config_missing)",
  // Features that are not in use.
  "cluster\\..*\\.(?:assignment_|circuit_breakers\\.|default\\.|lb_|update_|warming_state|version|max_host_weight).*",
  "cluster\\..*\\.upstream_(?:internal_redirect|rq_per_try|rq_per_cx|rq_0rtt|rq_retry|cx_preconnect|queue).*",
  "http\\..*\\.(?:passthrough_internal_redirect|rq_redirect|tracing\\.|downstream_rq_ws_on_non_ws_route).*",
  ".*(?:_http3_|_ssl_|_0_rtt|_flow_control_|path_normalization|normalized_path|ip_detection|overload).*",
  // Envoy's own workings.
  "(?:runtime|filesystem|workers|main_thread|thread_local_cluster_manager|dns|http1|http2|tls_inspector)\\..*",
  "server\\.(?:.*watchdog.*|.*_unknown_fields|wip_protos|.*ocsp.*|compilation_settings.*|debug_assertion.*|.*bug.*)",
];

/** The bootstrap's `stats_config` field. */
export const statistics = {
  stats_matcher: { exclusion_list: { patterns: excluded.map((regex) => ({ safe_regex: { regex } })) } },
};
