/** Which requests a rule takes, as Envoy's `RouteMatch`. */
import type { PathMatch, RequestMatch, ValueMatch } from "../../model/route.ts";

export type RouteMatch = Readonly<Record<string, unknown>>;
type StringMatcher = Readonly<Record<string, unknown>>;

/** Expressions match the whole of a text. */
function valueMatcher({ kind, value }: Pick<ValueMatch, "kind" | "value">): StringMatcher {
  return kind === "exact" ? { exact: value } : { safe_regex: { regex: value } };
}

function pathMatch({ kind, value }: PathMatch): RouteMatch {
  switch (kind) {
    case "exact":
      return { path: value };
    case "regex":
      return { safe_regex: { regex: value } };
    case "prefix":
      return value === "/" ? { prefix: value } : { path_separated_prefix: value };
  }
}

function headerMatchers(headers: readonly ValueMatch[]): readonly RouteMatch[] {
  return headers.map((header) => ({ name: header.name, string_match: valueMatcher(header) }));
}

function methodMatcher(method: string): RouteMatch {
  return { name: ":method", string_match: { exact: method } };
}

/** Fields of a `RouteMatch`, those that match nothing left out. */
function matchers(
  path: RouteMatch,
  headers: readonly RouteMatch[],
  { queryParams }: Pick<RequestMatch, "queryParams">,
): RouteMatch {
  const parameters = queryParams.map((param) => ({ name: param.name, string_match: valueMatcher(param) }));
  return {
    ...path,
    ...(headers.length > 0 ? { headers } : {}),
    ...(parameters.length > 0 ? { query_parameters: parameters } : {}),
  };
}

/** Takes a request but for CONNECT, which has no path. */
export function requestMatch(match: RequestMatch): RouteMatch {
  const method = match.method === undefined ? [] : [methodMatcher(match.method)];
  return matchers(pathMatch(match.path), [...method, ...headerMatchers(match.headers)], match);
}

/**
 * Takes the CONNECT requests of a rule; undefined where it takes none. A request for a tunnel has neither path nor query, so
 * a rule takes it only if it takes every path.
 */
export function tunnelMatch({ path, method, headers, queryParams }: RequestMatch): RouteMatch | undefined {
  const everyPath = path.kind === "prefix" && path.value === "/" && queryParams.length === 0;
  if (!everyPath || (method !== undefined && method !== "CONNECT")) return undefined;
  return matchers({ connect_matcher: {} }, headerMatchers(headers), { queryParams });
}

/**
 * Takes a browser's question whether a rule's method is allowed (a CORS preflight, Fetch Standard section 3.2.2), which is an
 * OPTIONS request; undefined where the rule takes any method, and so this one.
 */
export function preflightMatch(match: RequestMatch): RouteMatch | undefined {
  const { path, method, headers } = match;
  if (method === undefined) return undefined;
  const about = { name: "access-control-request-method", string_match: { exact: method } };
  const asks = [methodMatcher("OPTIONS"), { name: "origin", present_match: true }, about];
  return matchers(pathMatch(path), [...asks, ...headerMatchers(headers)], match);
}

/** Takes what a match takes if a header is so as well. */
export function withHeader(match: RouteMatch, matcher: RouteMatch): RouteMatch {
  return { ...match, headers: [...((match["headers"] as readonly RouteMatch[] | undefined) ?? []), matcher] };
}

/** Takes what a match takes if it brings a cookie as well. */
export function withCookie(match: RouteMatch, matcher: RouteMatch): RouteMatch {
  return { ...match, cookies: [matcher] };
}
