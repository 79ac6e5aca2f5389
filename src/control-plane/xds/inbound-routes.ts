/**
 * The route table of inbound requests. All of them go to the application; a port that is limited has a virtual host of its
 * number. It is a table by discovery, and not a part of the listener, so that no connection ends when a limit changes.
 */
import type { Extension } from "../../envoy/resource.ts";
import { extension } from "../../envoy/resource.ts";
import type { PortLimit } from "../model/replica-limits.ts";
import { destinationHeader, inboundName } from "./names.ts";
import { rateLimited } from "./policy/rate-limit.ts";
import { removeMark } from "./unseen-requests.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Puts the port that the client meant into the private header, in place of whatever the client says there. */
export const namePort: Extension = extension(
  "name-port",
  "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
  {
    mutations: [
      {
        append: {
          header: { key: destinationHeader, value: "%DOWNSTREAM_LOCAL_PORT%" },
          append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
        },
      },
    ],
  },
);

const route = { cluster: inboundName, timeout: "0s" } as const;

function virtualHost(name: string, domain: string, more: Fields): Fields {
  return {
    name,
    domains: [domain],
    routes: [
      { match: { prefix: "/" }, route },
      { match: { connect_matcher: {} }, route },
    ],
    ...more,
  };
}

/** The `RouteConfiguration`. */
export function inboundRoutes(limits: readonly PortLimit[]): { readonly name: string } & Fields {
  const limited = limits.map(({ port, limit }) =>
    virtualHost(`port-${port}`, String(port), { typed_per_filter_config: rateLimited(limit) }),
  );
  return {
    name: inboundName,
    vhost_header: destinationHeader,
    request_headers_to_remove: [destinationHeader],
    ...removeMark,
    virtual_hosts: [...limited, virtualHost(inboundName, "*", {})],
  };
}
