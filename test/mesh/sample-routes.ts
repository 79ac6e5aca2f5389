/**
 * Routes for tests, each said by what is special about it: all the rest is what a rule without any field of its own has.
 */
import { formatAddress } from "../../src/control-plane/model/address.ts";
import type {
  BackendTarget,
  CorsRule,
  HeaderChanges,
  RequestFilters,
  RequestMatch,
  RouteAction,
  RoutedPort,
  RouteRule,
  WeightedBackend,
} from "../../src/control-plane/model/route.ts";
import type { RequestPolicy } from "../../src/control-plane/model/traffic-policy.ts";

type SaidChanges = Partial<HeaderChanges>;

export interface SaidBackend {
  readonly weight?: number;
  /** What it is known by, `<ip>:<port>` or `<namespace>/<service>:<port>`; undefined: there is none. */
  readonly to?: string;
  readonly request?: SaidChanges;
  readonly response?: SaidChanges;
}

export interface SaidRule extends Partial<Omit<RouteRule, "origin" | "match" | "filters" | "action" | "requests">> {
  readonly requests?: Partial<RequestPolicy>;
  readonly origin?: Partial<RouteRule["origin"]>;
  readonly match?: Partial<RequestMatch>;
  readonly request?: SaidChanges;
  readonly response?: SaidChanges;
  readonly rewrite?: RequestFilters["rewrite"];
  readonly mirrors?: readonly { readonly to: string; readonly perMillion?: number }[];
  readonly cors?: Partial<CorsRule>;
  readonly backends?: readonly SaidBackend[];
  /** To wherever the client has connected. */
  readonly onward?: boolean;
  readonly redirect?: Partial<(RouteAction & { readonly kind: "redirect" })["redirect"]>;
}

export interface SaidPort extends Partial<Omit<RoutedPort, "rules" | "requests">> {
  readonly requests?: Partial<RequestPolicy>;
  readonly rules?: readonly SaidRule[];
}

function groups(said: Partial<RequestPolicy>): RequestPolicy {
  return { timeouts: undefined, retries: undefined, faultInjection: undefined, ...said };
}

function changes(said: SaidChanges | undefined): HeaderChanges | undefined {
  return said === undefined ? undefined : { set: [], add: [], remove: [], ...said };
}

/** A backend by what the mesh knows it by; its other names play no part. */
export function target(destination: string): BackendTarget {
  return { namespace: "shop", service: "backend", port: 80, destination };
}

export function backend({ weight = 1, to, request, response }: SaidBackend): WeightedBackend {
  return {
    weight,
    target: to === undefined ? undefined : target(to),
    request: changes(request),
    response: changes(response),
  };
}

function action({ backends, redirect, onward = false }: SaidRule): RouteAction {
  if (onward) return { kind: "onward" };
  if (redirect === undefined) return { kind: "forward", backends: (backends ?? []).map(backend) };
  const unsaid = { scheme: undefined, hostname: undefined, path: undefined, port: undefined, statusCode: 302 } as const;
  return { kind: "redirect", redirect: { ...unsaid, ...redirect } };
}

const noCors: CorsRule = {
  allowOrigins: [],
  allowCredentials: false,
  allowMethods: [],
  allowHeaders: [],
  exposeHeaders: [],
  maxAgeSeconds: 5,
};

/** @param index its place in the route */
export function rule(said: SaidRule, index = 0): RouteRule {
  const { origin, match, request, response, rewrite, mirrors = [], cors } = said;
  const { requestTimeoutMs, backendTimeoutMs, retry, sessionPersistence, requests } = said;
  return {
    origin: {
      kind: "HTTPRoute",
      namespace: "shop",
      route: "web",
      rule: index,
      match: 0,
      ruleName: undefined,
      ...origin,
    },
    match: { path: { kind: "prefix", value: "/" }, method: undefined, headers: [], queryParams: [], ...match },
    filters: {
      request: changes(request),
      response: changes(response),
      rewrite: rewrite === undefined ? undefined : { hostname: rewrite.hostname, path: rewrite.path },
      mirrors: mirrors.map(({ to, perMillion = 1_000_000 }) => ({ backend: target(to), perMillion })),
      cors: cors === undefined ? undefined : { ...noCors, ...cors },
    },
    action: action(said),
    requestTimeoutMs,
    backendTimeoutMs,
    retry: retry === undefined ? undefined : { ...retry, attempts: retry.attempts, backoffMs: retry.backoffMs },
    requests: requests && groups(requests),
    sessionPersistence:
      sessionPersistence === undefined
        ? undefined
        : { ...sessionPersistence, lifetimeMs: sessionPersistence.lifetimeMs },
  };
}

export function routedPort({ rules = [], requests, ...said }: SaidPort): RoutedPort {
  const unsaid = { namespace: "shop", service: "web", port: 80, addresses: [formatAddress("10.96.0.10", 80)] };
  const all = rules.map((each, index) => rule(each, index));
  return { ...unsaid, ...said, rules: all, requests: requests && groups(requests) };
}
