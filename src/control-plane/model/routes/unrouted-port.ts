/** A Service's port that has no routes of its own, in the form of one that has: so that policies find its requests. */
import type { Address } from "../destination.ts";
import type { RoutedPort, RouteRule } from "../route.ts";
import type { RequestPolicy } from "../traffic-policy.ts";
import type { PortName } from "./routed-ports.ts";

/** Its one rule takes everything, and changes nothing. */
export function unroutedPort(
  name: PortName,
  addresses: readonly Address[],
  requests: RequestPolicy | undefined,
): RoutedPort {
  return { ...name, addresses, rules: [everything(name)], requests };
}

function everything({ namespace, service }: PortName): RouteRule {
  return {
    origin: { kind: "Service", namespace, route: service, rule: 0, match: 0, ruleName: undefined },
    match: { path: { kind: "prefix", value: "/" }, method: undefined, headers: [], queryParams: [] },
    filters: { request: undefined, response: undefined, rewrite: undefined, mirrors: [], cors: undefined },
    action: { kind: "onward" },
    requestTimeoutMs: undefined,
    backendTimeoutMs: undefined,
    retry: undefined,
    sessionPersistence: undefined,
    requests: undefined,
  };
}
