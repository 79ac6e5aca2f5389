/** A rule's routes: those of its action, for the requests that its match takes and for those that belong to them. */
import type { Route } from "../../../envoy/resource.ts";
import type { RouteRule, RuleOrigin } from "../../model/route.ts";
import { corsFilterName, sessionFilterName } from "../route-filters.ts";
import { corsPolicy } from "./cors.ts";
import { forwardRoutes } from "./forward.ts";
import { redirectRoutes } from "./redirect.ts";
import type { RouteMatch } from "./request-match.ts";
import { preflightMatch, requestMatch, tunnelMatch } from "./request-match.ts";
import { sessionConfig } from "./session-persistence.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `shop/canary#0`: what the access log calls the route that took a request. */
export function routeName({ namespace, route, rule }: RuleOrigin): string {
  return `${namespace}/${route}#${rule}`;
}

function filterConfigs({ filters: { cors }, sessionPersistence }: RouteRule): Fields {
  const configs = {
    ...(cors === undefined ? {} : { [corsFilterName]: corsPolicy(cors) }),
    ...(sessionPersistence === undefined ? {} : { [sessionFilterName]: sessionConfig(sessionPersistence) }),
  };
  return Object.keys(configs).length === 0 ? {} : { typed_per_filter_config: configs };
}

function matches({ match, filters, action }: RouteRule): readonly RouteMatch[] {
  const tunnel = action.kind === "forward" ? tunnelMatch(match) : undefined;
  const preflight = filters.cors === undefined ? undefined : preflightMatch(match);
  const request = match.method === "CONNECT" ? undefined : requestMatch(match);
  return [request, tunnel, preflight].filter((each) => each !== undefined);
}

/** @param servicePort of the Service whose port the rule is for */
export function ruleRoutes(rule: RouteRule, servicePort: number): readonly Route[] {
  const { action } = rule;
  const routes = matches(rule).flatMap((match) =>
    action.kind === "redirect"
      ? redirectRoutes(match, rule.match.path, action.redirect, servicePort)
      : forwardRoutes(match, rule, action.backends),
  );
  const [name, configs] = [routeName(rule.origin), filterConfigs(rule)];
  return routes.map((route) => ({ name, ...route, ...configs }));
}
