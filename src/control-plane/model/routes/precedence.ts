/**
 * Which of several rules takes a request that all of them match: the most specific one, then that of the older route, then
 * by the routes' names, then the one that comes first. Source: Gateway API, `HTTPRouteRule.matches`, `GRPCRouteRule.matches`.
 */
import type { RequestMatch, RouteRule } from "../route.ts";
import type { RouteRecord } from "./route-record.ts";

export type RouteRank = Pick<RouteRecord, "kind" | "namespace" | "name" | "createdAt">;

export interface RankedRule {
  readonly rule: RouteRule;
  readonly route: RouteRank;
  readonly specificity: readonly number[];
}

/** The older route first. */
export function compareRoutes(one: RouteRank, other: RouteRank): number {
  return (
    one.createdAt - other.createdAt ||
    compareTexts(one.namespace, other.namespace) ||
    compareTexts(one.name, other.name) ||
    compareTexts(one.kind, other.kind)
  );
}

/** The rule that takes a request first. */
export function compareRules(one: RankedRule, other: RankedRule): number {
  return (
    compareSpecificity(other.specificity, one.specificity) ||
    compareRoutes(one.route, other.route) ||
    one.rule.origin.rule - other.rule.origin.rule ||
    one.rule.origin.match - other.rule.origin.match
  );
}

function compareSpecificity(one: readonly number[], other: readonly number[]): number {
  // Of two that are compared, both have as many figures. No iterator: this is asked millions of times.
  for (let index = 0; index < one.length; index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function compareTexts(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/**
 * The rank of a match of an HTTPRoute. The API leaves regular expressions to implementations: here one stands among the
 * prefixes, by its length.
 */
export function httpSpecificity({ path, method, headers, queryParams }: RequestMatch): readonly number[] {
  const exact = path.kind === "exact" ? 1 : 0;
  return [exact, path.value.length, method === undefined ? 0 : 1, headers.length, queryParams.length];
}
