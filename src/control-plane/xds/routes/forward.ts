/** Passing requests on: to whom, what is changed on the way, for how long, and how often. */
import type { Route } from "../../../envoy/resource.ts";
import type { BackendTarget, Mirror, RouteRule, SessionPersistence, WeightedBackend } from "../../model/route.ts";
import type { RequestTerms } from "../../model/routes/request-terms.ts";
import { destinationHeader, destinationName } from "../names.ts";
import type { KnownBackend } from "./backend-shares.ts";
import { failedOf, isKnown, shareOut } from "./backend-shares.ts";
import type { BothChanges } from "./header-changes.ts";
import { bothFollowedBy, changeNothing, headerFields } from "./header-changes.ts";
import { rewritePath } from "./path-rewrite.ts";
import type { RouteMatch } from "./request-match.ts";
import { withCookie } from "./request-match.ts";
import { duration, retryPolicy } from "./retry-policy.ts";
import { sessionAt, stayAt } from "./session-persistence.ts";

type Fields = Readonly<Record<string, unknown>>;

const everyRequest = 1_000_000;
const unchanged: BothChanges = { request: undefined, response: undefined };

/** The cluster that a backend's requests go to. */
export function backendCluster({ destination }: BackendTarget): string {
  return destinationName("http", destination);
}

function mirrorPolicy({ backend, perMillion }: Mirror): Fields {
  const some = { runtime_fraction: { default_value: { numerator: perMillion, denominator: "MILLION" } } };
  return {
    cluster: backendCluster(backend),
    disable_shadow_host_suffix_append: true,
    ...(perMillion < everyRequest ? some : {}),
  };
}

/** A rule on the terms that apply to some of its requests. */
export interface RuleOnTerms extends RouteRule {
  readonly terms: RequestTerms;
}

/** Envoy's own limit begins once a delay is over; with this one a client meets a slow server as if there really was one. */
function limitWithDelay({ requestTimeoutMs, faultInjection }: RequestTerms): Fields {
  if (requestTimeoutMs === 0 || faultInjection?.delay === undefined) return {};
  return { max_stream_duration: { max_stream_duration: duration(requestTimeoutMs) } };
}

/** The fields of a `RouteAction` but for whom it goes to. */
function actionFields(rule: RuleOnTerms): Fields {
  const { rewrite, mirrors } = rule.filters;
  const { requestTimeoutMs, idleTimeoutMs } = rule.terms;
  const retry = retryPolicy(rule.terms);
  return {
    timeout: duration(requestTimeoutMs),
    ...(idleTimeoutMs === 0 ? {} : { idle_timeout: duration(idleTimeoutMs) }),
    ...limitWithDelay(rule.terms),
    ...(retry === undefined ? {} : { retry_policy: retry }),
    ...(mirrors.length > 0 ? { request_mirror_policies: mirrors.map(mirrorPolicy) } : {}),
    ...rewritePath(rule.match.path, rewrite?.path),
    ...(rewrite?.hostname === undefined ? {} : { host_rewrite_literal: rewrite.hostname }),
  };
}

/** Where all of a rule's requests are changed alike. */
function toBackend(match: RouteMatch, rule: RuleOnTerms, { target, ...own }: KnownBackend): Route {
  const route = { cluster: backendCluster(target), ...actionFields(rule) };
  return { match, route, ...headerFields(bothFollowedBy(rule.filters, own)) };
}

function weightedCluster({ target, weight }: KnownBackend, changes: BothChanges): Fields {
  return { name: backendCluster(target), weight, ...headerFields(changes) };
}

function toBackends(match: RouteMatch, rule: RuleOnTerms, backends: readonly KnownBackend[]): Route {
  const [only] = backends;
  if (only !== undefined && backends.length === 1) return toBackend(match, rule, only);
  // Envoy applies a route's changes after those of the cluster, whatever the backend says; so either all stand there or here.
  const alike = backends.every(changeNothing);
  const clusters = backends.map((backend) =>
    weightedCluster(backend, alike ? unchanged : bothFollowedBy(rule.filters, backend)),
  );
  const route = { weighted_clusters: { clusters }, ...actionFields(rule) };
  return { match, route, ...headerFields(alike ? rule.filters : unchanged) };
}

/** gRPC has a status for what cannot be reached; Envoy makes it of 503, and `UNKNOWN` of 500. */
function failure(rule: RouteRule): Fields {
  const { kind, namespace, route, rule: index } = rule.origin;
  const text = `rule ${index} of ${kind} ${namespace}/${route} has no backend for this request`;
  return { direct_response: { status: kind === "GRPCRoute" ? 503 : 500, body: { inline_string: text } } };
}

function failedShare(match: RouteMatch, rule: RouteRule, failed: number): readonly Route[] {
  if (failed === 0) return [];
  if (failed === failedOf) return [{ match, ...failure(rule) }];
  const some = { default_value: { numerator: failed, denominator: "TEN_THOUSAND" } };
  return [{ match: { ...match, runtime_fraction: some }, ...failure(rule) }];
}

/** Sessions that began somewhere are sent there, also where no new ones are. */
function sessionRoutes(
  match: RouteMatch,
  rule: RuleOnTerms,
  persistence: SessionPersistence,
  backends: readonly KnownBackend[],
): readonly Route[] {
  return backends.map((backend) => toBackend(withCookie(match, sessionAt(persistence, backend.target)), rule, backend));
}

function rememberedIn(persistence: SessionPersistence, backend: KnownBackend): KnownBackend {
  const remember = { name: "set-cookie", value: stayAt(persistence, backend.target) };
  const response = { set: [], add: [remember], remove: [] };
  return { ...backend, ...bothFollowedBy(backend, { request: undefined, response }) };
}

/** The routes that pass on what matches, in order: sessions, the share that fails, everything else. */
export function forwardRoutes(
  match: RouteMatch,
  rule: RuleOnTerms,
  backends: readonly WeightedBackend[],
): readonly Route[] {
  const { known, failed } = shareOut(backends);
  const { sessionPersistence } = rule;
  const sessions = backends.filter(isKnown);
  const failing = failedShare(match, rule, failed);
  const keepsBackend = sessionPersistence?.kind === "cookie" && backends.length > 1 && sessions.length > 0;
  if (!keepsBackend) return known.length === 0 ? failing : [...failing, toBackends(match, rule, known)];
  const remembered = known.map((backend) => rememberedIn(sessionPersistence, backend));
  const begun = sessionRoutes(match, rule, sessionPersistence, sessions);
  return [...begun, ...failing, ...(known.length === 0 ? [] : [toBackends(match, rule, remembered)])];
}

/** The route that lets everything go where it was going. */
export function onwardRoute(match: RouteMatch, rule: RuleOnTerms): Route {
  return { match, route: { cluster_header: destinationHeader, ...actionFields(rule) } };
}
