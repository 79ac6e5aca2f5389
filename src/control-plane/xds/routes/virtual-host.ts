/** The routes of a Service's port as Envoy's `VirtualHost`: found by the private header that names the destination. */
import type { RoutedPort } from "../../model/route.ts";
import { destinationName } from "../names.ts";
import { retryUnseen } from "./retry-policy.ts";
import { ruleRoutes } from "./rule-routes.ts";

/** In statistics; Envoy takes a dot for the end of a name. */
function statisticsName({ namespace, service, port }: RoutedPort): string {
  return `${namespace}/${service}|${port}`.replaceAll(".", "_");
}

export function virtualHost(routed: RoutedPort): Readonly<Record<string, unknown>> {
  return {
    name: statisticsName(routed),
    domains: routed.addresses.map((address) => destinationName("http", address)),
    retry_policy: retryUnseen,
    routes: routed.rules.flatMap((rule) => ruleRoutes(rule, routed.port)),
  };
}
