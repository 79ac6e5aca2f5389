/** The routes of a Service's port as Envoy's `VirtualHost`: found by the private header that names the destination. */
import type { RoutedPort } from "../../model/route.ts";
import { destinationName } from "../names.ts";
import { retryUnseen } from "./retry-policy.ts";

type Fields = Readonly<Record<string, unknown>>;

/** In statistics, where Envoy takes a dot for the end of a name. */
export function hostName({ namespace, service, port }: RoutedPort): string {
  return `${namespace}/${service}|${port}`.replaceAll(".", "_");
}

function found(routed: RoutedPort): Fields {
  return {
    name: hostName(routed),
    domains: routed.addresses.map((address) => destinationName("http", address)),
  };
}

/** All of it but the routes. */
export function hostFields(routed: RoutedPort): Fields {
  return { ...found(routed), retry_policy: retryUnseen };
}

/** In place of routes that could not be translated: requests fail, and whoever sends them is told where to look. */
export function failingHost(routed: RoutedPort): Fields {
  const text = `the control plane could not translate the routes of this Service's port; its log says which and why`;
  const failure = { status: routed.rules[0]?.origin.kind === "GRPCRoute" ? 503 : 500, body: { inline_string: text } };
  const matches = [{ prefix: "/" }, { connect_matcher: {} }];
  return { ...found(routed), routes: matches.map((match) => ({ match, direct_response: failure })) };
}
