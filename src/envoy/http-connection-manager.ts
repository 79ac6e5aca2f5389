/**
 * The HTTP connection manager in the two forms that a sidecar needs: for its own small pages, and for the application's
 * traffic, of which it changes as little as it can: no header added, no path normalised, no time limit of its own.
 *
 * What it still changes in traffic: hop-by-hop headers are each side's own (RFC 9110 section 7.6.1), `x-envoy-` control
 * headers of clients are dropped, and a response without `date` gets one.
 */
import { restoreForwardedProto, setForwardedProtoAside } from "./forwarded-proto.ts";
import { downstreamProtocol } from "./http-protocol.ts";
import type { Extension, Route } from "./resource.ts";
import { extension, seconds } from "./resource.ts";

/** A route table by name. */
export interface DiscoveredRoutes {
  readonly route_config_name: string;
  readonly config_source: Readonly<Record<string, unknown>>;
}

export interface HttpConnectionManagerInput {
  /** Names the statistics, `http.<statPrefix>.…`. */
  readonly statPrefix: string;
  /** In order; what none of them matches is answered 404. Or the `rds` of a table that the control plane gives. */
  readonly routes: readonly Route[] | DiscoveredRoutes;
  /** HTTP filters before the router, in order. */
  readonly filters?: readonly Extension[];
  /** What is done to headers before a route is chosen. */
  readonly earlyMutations?: readonly Extension[];
  /** Further fields. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** How long a client of the sidecar's own pages may take to send its headers, in seconds: they are few and small. */
const headerSeconds = 10;

const router = extension("router", "envoy.extensions.filters.http.router.v3.Router", { suppress_envoy_headers: true });

function routeSpecifier(
  statPrefix: string,
  routes: HttpConnectionManagerInput["routes"],
): Readonly<Record<string, unknown>> {
  if ("route_config_name" in routes) return { rds: routes };
  return { route_config: { name: statPrefix, virtual_hosts: [{ name: statPrefix, domains: ["*"], routes }] } };
}

function connectionManager({ statPrefix, routes, filters = [], more = {} }: HttpConnectionManagerInput): Extension {
  return extension(
    "http-connection-manager",
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    {
      stat_prefix: statPrefix,
      http_filters: [...filters, router],
      ...routeSpecifier(statPrefix, routes),
      // Headers stay as they are; each of these is on by default.
      generate_request_id: false,
      server_header_transformation: "PASS_THROUGH",
      // The default of five minutes is shorter than some drains and downloads.
      stream_idle_timeout: "0s",
      ...more,
    },
  );
}

/** Serves the sidecar's own pages. */
export function pageServer(input: HttpConnectionManagerInput): Extension {
  return connectionManager({ ...input, more: { request_headers_timeout: seconds(headerSeconds), ...input.more } });
}

/** Keeps a request's `x-forwarded-proto`, or its absence. */
function keepForwardedProto(input: HttpConnectionManagerInput): HttpConnectionManagerInput {
  return {
    ...input,
    filters: [restoreForwardedProto, ...(input.filters ?? [])],
    more: {
      ...input.more,
      early_header_mutation_extensions: [setForwardedProtoAside, ...(input.earlyMutations ?? [])],
    },
  };
}

/** Serves pages of the application, which sees the headers that the client sent. */
export function applicationPageServer(input: HttpConnectionManagerInput): Extension {
  return pageServer(keepForwardedProto(input));
}

/** Defaults of Envoy that would change a request or limit a response. */
const transparent = {
  ...downstreamProtocol,
  forward_client_cert_details: "ALWAYS_FORWARD_ONLY",
  proxy_100_continue: true,
  // No client counts as internal, else Envoy would mark its requests with a header.
  internal_address_config: { unix_sockets: false },
};

/** Passes on the application's traffic; HTTP/1.1 and HTTP/2 are told apart by their first bytes. */
export function trafficServer(input: HttpConnectionManagerInput): Extension {
  return connectionManager(keepForwardedProto({ ...input, more: { ...transparent, ...input.more } }));
}
