/** Rules in words, for the command line and tests. */
import type {
  BackendTarget,
  HeaderChanges,
  PathRewrite,
  Redirect,
  RequestMatch,
  RoutedPort,
  RouteRule,
  RuleOrigin,
  ValueMatch,
  WeightedBackend,
} from "../route.ts";
import { describeTerms } from "./describe-terms.ts";
import { describePath } from "./match-request.ts";
import { requestTerms } from "./request-terms.ts";

/** `HTTPRoute shop/web, rule 2 "canary"`; rules are counted from 0, as in paths. */
export function describeOrigin({ kind, namespace, route, rule, match, ruleName }: RuleOrigin): string {
  if (kind === "Service") return `no route: ${kind} ${namespace}/${route}`;
  const name = ruleName === undefined ? "" : ` (${ruleName})`;
  return `${kind} ${namespace}/${route}, rules[${rule}]${name}, match ${match}`;
}

/** `POST /cart or below, x-tier: gold, ?debug=1`. */
export function describeMatch({ path, method, headers, queryParams }: RequestMatch): string {
  const parts = [
    ...headers.map((header) => `${header.name}: ${describeValue(header)}`),
    ...queryParams.map((param) => `?${param.name}=${describeValue(param)}`),
  ];
  return [`${method === undefined ? "" : `${method} `}${describePath(path)}`, ...parts].join(", ");
}

function describeValue({ kind, value }: ValueMatch): string {
  return kind === "exact" ? value : `of the form ${value}`;
}

/** Where requests go: `90% shop/web:80, 10% shop/web-v2:80`. */
export function describeAction({ origin, action }: RouteRule): string {
  if (action.kind === "redirect") return describeRedirect(action.redirect);
  if (action.kind === "onward") return "the Service itself";
  const failure = origin.kind === "GRPCRoute" ? "UNAVAILABLE" : "500";
  return describeShares(
    action.backends.map((backend) => ({ name: describeBackend(backend, failure), weight: backend.weight })),
    failure,
  );
}

/** `90% this, 10% that`; what is named twice is put together. */
export function describeShares(
  shares: readonly { readonly name: string; readonly weight: number }[],
  nothing: string,
): string {
  const whole = shares.reduce((sum, { weight }) => sum + weight, 0);
  if (whole === 0) return nothing;
  const weights = new Map<string, number>();
  for (const { name, weight } of shares) weights.set(name, (weights.get(name) ?? 0) + weight);
  return Array.from(weights, ([name, weight]) => `${percent(weight, whole)}% ${name}`).join(", ");
}

function percent(part: number, whole: number): number {
  return Number(((part / whole) * 100).toFixed(2));
}

function describeBackend({ target, request, response }: WeightedBackend, failure: string): string {
  const changes = [...describeHeaders("request", request), ...describeHeaders("response", response)];
  const changed = changes.length === 0 ? "" : ` (${changes.join(", ")})`;
  return `${target === undefined ? failure : describeTarget(target)}${changed}`;
}

function describeTarget({ namespace, service, port }: BackendTarget): string {
  return `${namespace}/${service}:${port}`;
}

function describeRedirect({ scheme, hostname, path, port, statusCode }: Redirect): string {
  const parts = [
    scheme,
    hostname,
    port === undefined ? undefined : `port ${port}`,
    path === undefined ? undefined : describePathRewrite(path),
  ].filter((part) => part !== undefined);
  return `${statusCode} to ${parts.length === 0 ? "the same place" : parts.join(", ")}`;
}

function describePathRewrite({ kind, value }: PathRewrite): string {
  return kind === "full" ? `path ${value}` : `${value} in place of the prefix`;
}

/** What else is done to requests; none where nothing is. */
export function describeExtras(rule: RouteRule, port: Pick<RoutedPort, "requests">): readonly string[] {
  const { filters, sessionPersistence } = rule;
  const { rewrite } = filters;
  return [
    ...describeHeaders("request", filters.request),
    ...describeHeaders("response", filters.response),
    ...(rewrite?.hostname === undefined ? [] : [`host ${rewrite.hostname}`]),
    ...(rewrite?.path === undefined ? [] : [describePathRewrite(rewrite.path)]),
    ...filters.mirrors.map(
      ({ backend, perMillion }) => `${perMillion / 10_000}% mirrored to ${describeTarget(backend)}`,
    ),
    ...(filters.cors === undefined ? [] : [`CORS for ${filters.cors.allowOrigins.join(" ") || "no origin"}`]),
    ...describeTerms(requestTerms(rule, port)),
    ...(sessionPersistence === undefined ? [] : [`sessions by ${sessionPersistence.kind} ${sessionPersistence.name}`]),
  ];
}

function describeHeaders(what: string, changes: HeaderChanges | undefined): readonly string[] {
  if (changes === undefined) return [];
  return [
    ...changes.set.map(({ name, value }) => `${what} header ${name} = ${value}`),
    ...changes.add.map(({ name, value }) => `${what} header ${name} + ${value}`),
    ...changes.remove.map((name) => `${what} header ${name} removed`),
  ];
}
