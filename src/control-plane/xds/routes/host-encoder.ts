/**
 * Virtual hosts as bytes. A rule is encoded once, in whatever virtual hosts it is, and a virtual host is put together from
 * encoded rules: so a change of one of ten thousand rules costs one rule, and moving bytes.
 */
import { encodeResource } from "../../../envoy-api/resource.ts";
import { typeUrls } from "../../ads/resource-source.ts";
import type { RoutedPort, RouteRule } from "../../model/route.ts";
import { digest } from "../encoded.ts";
import { itemEncoder } from "../encoded-field.ts";
import { backendCluster } from "./forward.ts";
import { ruleRoutes } from "./rule-routes.ts";
import { failingHost, hostFields } from "./virtual-host.ts";

export interface EncodedHost {
  /** An item of the table's list: tag, length, message. */
  readonly item: Uint8Array;
  readonly digest: string;
  /** Clusters of mirrors. */
  readonly mirrorClusters: readonly string[];
}

/** A rule's routes on one port, under the terms of that port. */
interface EncodedRule {
  readonly requests: RoutedPort["requests"];
  /** Items of the virtual host's list. */
  readonly items: Uint8Array;
}

const hostType = "type.googleapis.com/envoy.config.route.v3.VirtualHost";
const routeType = "type.googleapis.com/envoy.config.route.v3.Route";

export class HostEncoder {
  /** Rule → number of the port. */
  readonly #rules = new WeakMap<RouteRule, Map<number, EncodedRule>>();
  readonly #hostItem = itemEncoder(typeUrls.route, "virtual_hosts");
  readonly #routeItem = itemEncoder(hostType, "routes");

  encode(routed: RoutedPort): EncodedHost {
    const rules = routed.rules.map((rule) => this.#rule(rule, routed));
    const host = Buffer.concat([encodeResource(hostType, hostFields(routed)), ...rules]);
    const mirrors = routed.rules.flatMap(({ filters }) =>
      filters.mirrors.map(({ backend }) => backendCluster(backend)),
    );
    return this.#made(host, mirrors);
  }

  /** In place of one that cannot be made. */
  encodeFailing(routed: RoutedPort): EncodedHost {
    return this.#made(encodeResource(hostType, failingHost(routed)), []);
  }

  #made(host: Uint8Array, mirrorClusters: readonly string[]): EncodedHost {
    return { item: this.#hostItem(host), digest: digest(host), mirrorClusters };
  }

  #rule(rule: RouteRule, { port, requests }: RoutedPort): Uint8Array {
    const known = this.#rules.get(rule)?.get(port);
    if (known !== undefined && known.requests === requests) return known.items;
    const routes = ruleRoutes(rule, { port, requests });
    const items = joined(routes.map((route) => this.#routeItem(encodeResource(routeType, route))));
    const ports = this.#rules.get(rule) ?? new Map<number, EncodedRule>();
    this.#rules.set(rule, ports.set(port, { requests, items }));
    return items;
  }
}

/** Exactly as large: it is kept for as long as the rule is there, and must not keep others' memory. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
