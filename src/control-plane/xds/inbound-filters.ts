/**
 * What is done with an inbound connection once it is known what it brings.
 */
import { httpAccessLog, tcpAccessLog } from "../../envoy/access-log.ts";
import { discovered } from "../../envoy/discovered.ts";
import { trafficServer } from "../../envoy/http-connection-manager.ts";
import type { Extension } from "../../envoy/resource.ts";
import { extension } from "../../envoy/resource.ts";
import { upgrades } from "../../envoy/upgrades.ts";
import { peerFields, refusalFields } from "./access-log-fields.ts";
import { namePort } from "./inbound-routes.ts";
import type { ListenerInput } from "./listener-input.ts";
import { tracing } from "./listener-input.ts";
import { inboundName } from "./names.ts";
import { rateLimitFilter } from "./policy/rate-limit.ts";
import { markUnseen } from "./unseen-requests.ts";

/**
 * `x-forwarded-client-cert` tells the application who is calling. Whoever reads it must be able to believe it, so a client
 * cannot bring its own: with mTLS it is replaced by the peer's URI, without it is removed.
 */
const clientCertificate = {
  verified: {
    forward_client_cert_details: "SANITIZE_SET",
    set_current_client_cert_details: { uri: true },
  },
  unverified: { forward_client_cert_details: "SANITIZE" },
} as const;

/** Passes requests on to the application. */
export function inboundRequests(input: ListenerInput, client: keyof typeof clientCertificate): Extension {
  return trafficServer({
    statPrefix: inboundName,
    routes: { route_config_name: inboundName, config_source: discovered },
    filters: [rateLimitFilter],
    earlyMutations: [namePort],
    more: {
      upgrade_configs: upgrades,
      access_log: httpAccessLog(input.accessLog, "inbound", peerFields),
      ...clientCertificate[client],
      ...markUnseen,
      ...tracing(input),
    },
  });
}

/** Passes bytes on to the application. */
export function inboundConnections(input: ListenerInput): Extension {
  return extension("tcp-proxy", "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", {
    stat_prefix: inboundName,
    cluster: inboundName,
    idle_timeout: "0s",
    access_log: tcpAccessLog(input.accessLog, "inbound", peerFields),
  });
}

/** Never a cluster's name: a TCP proxy without a cluster closes the connection before it reads a byte. */
const nowhere = "refused";

/** Closes the connection; a response flag (`NR`) makes it an error in the access log. */
export function refuseConnections(input: ListenerInput, brought: keyof typeof refusalFields): Extension {
  return extension("refuse", "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", {
    stat_prefix: "inbound-refused",
    cluster: nowhere,
    access_log: tcpAccessLog(input.accessLog, "inbound", refusalFields[brought]),
  });
}
