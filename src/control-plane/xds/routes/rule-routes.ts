/** A rule's routes: those of its action, for the requests that its match takes and for those that belong to them. */
import type { Route } from "../../../envoy/resource.ts";
import type { RoutedPort, RouteRule, RuleOrigin } from "../../model/route.ts";
import type { RequestTerms } from "../../model/routes/request-terms.ts";
import { requestTerms } from "../../model/routes/request-terms.ts";
import { faultFilterName, injectedFaults } from "../policy/fault-injection.ts";
import { corsFilterName, sessionFilterName } from "../route-filters.ts";
import { corsPolicy } from "./cors.ts";
import type { RuleOnTerms } from "./forward.ts";
import { forwardRoutes, onwardRoute } from "./forward.ts";
import { redirectRoutes } from "./redirect.ts";
import type { RouteMatch } from "./request-match.ts";
import { preflightMatch, requestMatch, tunnelMatch, withHeader } from "./request-match.ts";
import { methodAmong, termsByMethod } from "./retried-methods.ts";
import { sessionConfig } from "./session-persistence.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `shop/canary#0`: what the access log calls the route that took a request; a Service without routes is none. */
export function routeName({ kind, namespace, route, rule }: RuleOrigin): string {
  return kind === "Service" ? "" : `${namespace}/${route}#${rule}`;
}

function filterConfigs({ filters: { cors }, sessionPersistence }: RouteRule, { faultInjection }: RequestTerms): Fields {
  const configs = {
    ...(cors === undefined ? {} : { [corsFilterName]: corsPolicy(cors) }),
    ...(sessionPersistence === undefined ? {} : { [sessionFilterName]: sessionConfig(sessionPersistence) }),
    ...(faultInjection === undefined ? {} : { [faultFilterName]: injectedFaults(faultInjection) }),
  };
  return Object.keys(configs).length === 0 ? {} : { typed_per_filter_config: configs };
}

function matches({ match, filters, action }: RouteRule): readonly RouteMatch[] {
  const tunnel = action.kind === "redirect" ? undefined : tunnelMatch(match);
  const preflight = filters.cors === undefined ? undefined : preflightMatch(match);
  const request = match.method === "CONNECT" ? undefined : requestMatch(match);
  return [request, tunnel, preflight].filter((each) => each !== undefined);
}

function actionRoutes(match: RouteMatch, rule: RuleOnTerms, servicePort: number): readonly Route[] {
  const { action } = rule;
  switch (action.kind) {
    case "redirect":
      return redirectRoutes(match, rule.match.path, action.redirect, servicePort);
    case "forward":
      return forwardRoutes(match, rule, action.backends);
    case "onward":
      return [onwardRoute(match, rule)];
  }
}

/** @param port of which the rule is one */
export function ruleRoutes(rule: RouteRule, port: Pick<RoutedPort, "port" | "requests">): readonly Route[] {
  const terms = requestTerms(rule, port);
  const parts =
    rule.action.kind === "redirect" ? [{ methods: undefined, terms }] : termsByMethod(terms, rule.match.method);
  const routes = matches(rule).flatMap((match) =>
    parts.flatMap((part) => {
      const matched = part.methods === undefined ? match : withHeader(match, methodAmong(part.methods));
      return actionRoutes(matched, { ...rule, terms: part.terms }, port.port);
    }),
  );
  const [name, configs] = [routeName(rule.origin), filterConfigs(rule, terms)];
  return routes.map((route) => ({ ...(name === "" ? {} : { name }), ...route, ...configs }));
}
