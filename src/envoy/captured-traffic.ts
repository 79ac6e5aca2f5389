/**
 * What becomes of a captured connection whose destination is known but not looked at further: HTTP by its first bytes is
 * passed on request by request, so that it can be counted, logged and traced; everything else, TLS and HTTP/1.0
 * included, byte by byte.
 */
import type { Direction } from "./access-log.ts";
import { httpAccessLog, tcpAccessLog } from "./access-log.ts";
import type { BootstrapInput } from "./bootstrap-input.ts";
import { trafficServer } from "./http-connection-manager.ts";
import type { Extension, FilterChain, Route } from "./resource.ts";
import { extension } from "./resource.ts";
import { tracingFields } from "./tracing.ts";
import { upgrades } from "./upgrades.ts";

function passOn(cluster: Direction): readonly Route[] {
  const route = { cluster, timeout: "0s" };
  return [
    { match: { prefix: "/" }, route },
    { match: { connect_matcher: {} }, route },
  ];
}

function http(direction: Direction, input: BootstrapInput): Extension {
  return trafficServer({
    statPrefix: direction,
    routes: passOn(direction),
    more: {
      upgrade_configs: upgrades,
      access_log: httpAccessLog(input.accessLog, direction),
      ...tracingFields(input.tracing, input.workload),
    },
  });
}

function tcp(direction: Direction, input: BootstrapInput): Extension {
  return extension("tcp-proxy", "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", {
    stat_prefix: direction,
    cluster: direction,
    idle_timeout: "0s",
    access_log: tcpAccessLog(input.accessLog, direction),
  });
}

/**
 * Filter-chain fields of a capture listener.
 *
 * @param direction also the name of the cluster that passes traffic on
 * @param refused what would loop
 */
export function transparentChains(
  direction: Direction,
  refused: readonly FilterChain[],
  input: BootstrapInput,
): { readonly filter_chains: readonly FilterChain[]; readonly default_filter_chain: FilterChain } {
  return {
    filter_chains: [
      ...refused,
      {
        filter_chain_match: { application_protocols: ["http/1.1", "h2c"] },
        filters: [http(direction, input)],
      },
    ],
    default_filter_chain: { filters: [tcp(direction, input)] },
  };
}
