/**
 * Outbound requests. Where the connection was going becomes a private header before a route is chosen; the route takes its
 * cluster from that header; and the on-demand filter holds the request where the cluster is not known yet. A client that
 * sends such a header itself has it overwritten.
 */
import type { AccessLogFields } from "../../envoy/access-log.ts";
import { httpAccessLog } from "../../envoy/access-log.ts";
import { discovered } from "../../envoy/discovered.ts";
import type { HttpConnectionManagerInput } from "../../envoy/http-connection-manager.ts";
import { trafficServer } from "../../envoy/http-connection-manager.ts";
import type { Extension } from "../../envoy/resource.ts";
import { extension } from "../../envoy/resource.ts";
import { upgrades } from "../../envoy/upgrades.ts";
import { peerFields, routeFields } from "./access-log-fields.ts";
import type { ListenerInput } from "./listener-input.ts";
import { tracing } from "./listener-input.ts";
import { destinationHeader, destinationName, outboundName, passthroughName } from "./names.ts";
import { holdRequests } from "./on-demand.ts";
import { faultFilter } from "./policy/fault-injection.ts";
import { corsFilter, sessionFilter } from "./route-filters.ts";
import { clientIsPeer } from "./session-affinity.ts";

/** The address that the application connected to, as capture has found it. */
export const originalAddress = "%DOWNSTREAM_LOCAL_ADDRESS%";

const nameDestination: Extension = extension(
  "name-destination",
  "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
  {
    mutations: [
      {
        append: {
          header: { key: destinationHeader, value: destinationName("http", originalAddress) },
          append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
        },
      },
    ],
  },
);

const hold: Extension = extension("on-demand", "envoy.extensions.filters.http.on_demand.v3.OnDemand", {
  odcds: holdRequests,
});

function server(
  input: ListenerInput,
  how: Pick<HttpConnectionManagerInput, "routes" | "filters" | "earlyMutations">,
  fields: AccessLogFields = {},
): Extension {
  return trafficServer({
    statPrefix: outboundName,
    ...how,
    more: {
      upgrade_configs: upgrades,
      access_log: httpAccessLog(input.accessLog, "outbound", { ...peerFields, ...routeFields, ...fields }),
      ...clientIsPeer,
      ...tracing(input),
    },
  });
}

/**
 * Requests to what may belong to the mesh.
 *
 * @param fields of the access log, beside or in place of the usual ones
 */
export function meshRequests(input: ListenerInput, fields: AccessLogFields = {}): Extension {
  const routes = { route_config_name: outboundName, config_source: discovered };
  // Whoever is held begins again from the first filter, once; what a delay has stopped before that would never go on.
  const filters = [corsFilter, hold, faultFilter, sessionFilter];
  return server(input, { routes, filters, earlyMutations: [nameDestination] }, fields);
}

/** Requests to anywhere else. */
export function foreignRequests(input: ListenerInput): Extension {
  const route = { cluster: passthroughName, timeout: "0s" };
  const routes = [
    { match: { prefix: "/" }, route },
    { match: { connect_matcher: {} }, route },
  ];
  return server(input, { routes });
}
