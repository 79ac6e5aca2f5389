/**
 * Requests of a Service's port, once its routes have been put together: which rule takes a request, what is done to it, and
 * where it goes. The form is what HTTPRoute and GRPCRoute have in common; nothing here is Envoy's.
 */
import type { Address } from "./destination.ts";
import type { RequestPolicy } from "./traffic-policy.ts";

/** The routes of one port of a Service, as the clients of one namespace see them. */
export interface RoutedPort {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** At which the port is reached: cluster, load-balancer and external IPs; sorted, at least one. */
  readonly addresses: readonly Address[];
  /** In order of precedence: the first that matches takes the request. What none takes is answered 404. */
  readonly rules: readonly RouteRule[];
  /** What TrafficPolicies of the Service and the port say of requests, whichever rule takes them. */
  readonly requests: RequestPolicy | undefined;
}

/** One match of a rule with what becomes of the requests that it takes; a rule with several matches gives several. */
export interface RouteRule {
  readonly origin: RuleOrigin;
  readonly match: RequestMatch;
  readonly filters: RequestFilters;
  readonly action: RouteAction;
  /** For the whole request with its retries, milliseconds; 0: none; undefined: not said. */
  readonly requestTimeoutMs: number | undefined;
  /** For one attempt, milliseconds; 0: none; undefined: not said. */
  readonly backendTimeoutMs: number | undefined;
  /** Undefined: what is certain not to have been seen by an application is tried again, and nothing else. */
  readonly retry: RetryRule | undefined;
  readonly sessionPersistence: SessionPersistence | undefined;
  /** What TrafficPolicies of the route and the rule say; it wins over {@link RoutedPort.requests}. */
  readonly requests: RequestPolicy | undefined;
}

/** Where a rule comes from: for people, statistics and the command line. */
export interface RuleOrigin {
  /** A Service: its port has no routes, and this is what becomes of all requests. */
  readonly kind: "HTTPRoute" | "GRPCRoute" | "Service";
  readonly namespace: string;
  /** Name of the object. */
  readonly route: string;
  /** Index in the route's `rules`. */
  readonly rule: number;
  /** Index in the rule's `matches`; 0 where it has none. */
  readonly match: number;
  /** The rule's own name. */
  readonly ruleName: string | undefined;
}

export interface RequestMatch {
  readonly path: PathMatch;
  /** Undefined: any. */
  readonly method: string | undefined;
  /** All must hold. Names in lower case, each once. */
  readonly headers: readonly ValueMatch[];
  /** All must hold. */
  readonly queryParams: readonly ValueMatch[];
}

/** `prefix` matches whole segments: `/a` takes `/a` and `/a/b`, not `/ab`; it has no slash at its end, but for `/` itself. */
export interface PathMatch {
  readonly kind: "exact" | "prefix" | "regex";
  readonly value: string;
}

export interface ValueMatch {
  readonly kind: "exact" | "regex";
  readonly name: string;
  readonly value: string;
}

/** Names of headers in lower case. */
export interface HeaderChanges {
  readonly set: readonly HeaderValue[];
  readonly add: readonly HeaderValue[];
  readonly remove: readonly string[];
}

/** The value is literal: what Envoy would take for a command in it is none. */
export interface HeaderValue {
  readonly name: string;
  readonly value: string;
}

export interface RequestFilters {
  readonly request: HeaderChanges | undefined;
  readonly response: HeaderChanges | undefined;
  readonly rewrite: UrlRewrite | undefined;
  readonly mirrors: readonly Mirror[];
  readonly cors: CorsRule | undefined;
}

export interface UrlRewrite {
  readonly hostname: string | undefined;
  readonly path: PathRewrite | undefined;
}

/**
 * `prefix` replaces what the rule's own prefix match has matched, and is used with such a match alone; as a match, it has no
 * slash at its end, but for `/` itself.
 */
export interface PathRewrite {
  readonly kind: "full" | "prefix";
  readonly value: string;
}

export interface Mirror {
  readonly backend: BackendTarget;
  /** Of a million requests. */
  readonly perMillion: number;
}

export interface CorsRule {
  /** Origins as the API writes them: exact, with a wildcard, or `*`. */
  readonly allowOrigins: readonly string[];
  readonly allowCredentials: boolean;
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number;
}

export type RouteAction =
  | { readonly kind: "forward"; readonly backends: readonly WeightedBackend[] }
  | { readonly kind: "redirect"; readonly redirect: Redirect }
  /** To wherever the client has connected: as if there were no rule. */
  | { readonly kind: "onward" };

export interface Redirect {
  readonly scheme: "http" | "https" | undefined;
  readonly hostname: string | undefined;
  readonly path: PathRewrite | undefined;
  /** Undefined: the well-known one of `scheme` where that is given, else that of the request. */
  readonly port: number | undefined;
  readonly statusCode: 301 | 302 | 303 | 307 | 308;
}

/**
 * Those without weight are left out, unless the rule keeps sessions; where nobody has any weight, requests are answered 500. For
 * a GRPCRoute, that is the status UNAVAILABLE in place of 500, also where there is no {@link target}.
 */
export interface WeightedBackend {
  /** 0 where only sessions that have begun there are sent there. */
  readonly weight: number;
  /** Undefined: it does not exist, may not be used, or is none that can be: its share is answered 500. */
  readonly target: BackendTarget | undefined;
  readonly request: HeaderChanges | undefined;
  readonly response: HeaderChanges | undefined;
}

/** A Service's port that requests are sent to. */
export interface BackendTarget {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** What {@link Mesh.destination} knows it by: its first ClusterIP and port, or `<namespace>/<service>:<port>` if it has none. */
  readonly destination: Address;
}

export interface RetryRule {
  /** Beyond the first; undefined: not said. */
  readonly attempts: number | undefined;
  /** HTTP status codes that are tried again; none: not said. */
  readonly codes: readonly number[];
  /** Least time between two, milliseconds; undefined: not said. */
  readonly backoffMs: number | undefined;
}

export interface SessionPersistence {
  readonly kind: "cookie" | "header";
  /** Of the cookie or header. */
  readonly name: string;
  /** How long a session is kept at most, milliseconds; undefined: as long as the client keeps the cookie. */
  readonly lifetimeMs: number | undefined;
}
