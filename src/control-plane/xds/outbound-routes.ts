/**
 * The one route table of outbound requests, the same for every proxy: each request goes to the cluster that its private
 * header names. A Service with routes of its own has a virtual host of that name before the catch-all.
 */
import { extension } from "../../envoy/resource.ts";
import { destinationHeader, outboundName } from "./names.ts";

/**
 * Tries another endpoint where the request has certainly not reached the application: the connection failed, the server
 * refused the stream before looking at it, or the connection broke before the headers were out.
 */
const retryUnseen = {
  retry_on: "connect-failure,refused-stream,reset-before-request",
  num_retries: 2,
  // Envoy's default waits up to 25 ms, then more: the next endpoint has done nothing to be spared.
  retry_back_off: { base_interval: "0.005s", max_interval: "0.050s" },
  retry_host_predicate: [
    extension(
      "envoy.retry_host_predicates.previous_hosts",
      "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
    ),
  ],
  // Where there is no other endpoint, the same is tried again. Around a hash ring, the next place may well be the same
  // endpoint's, several times in a row.
  host_selection_retry_max_attempts: 20,
} as const;

/** No time limit: how long a request may take is the client's affair. */
const route = { cluster_header: destinationHeader, timeout: "0s", retry_policy: retryUnseen } as const;

/** The `RouteConfiguration`. */
export const outboundRoutes = {
  name: outboundName,
  vhost_header: destinationHeader,
  virtual_hosts: [
    {
      name: "destination",
      domains: ["*"],
      request_headers_to_remove: [destinationHeader],
      routes: [
        { match: { prefix: "/" }, route },
        { match: { connect_matcher: {} }, route },
      ],
    },
  ],
} as const;
