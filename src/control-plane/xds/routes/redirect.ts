/** Redirects: where a client is sent instead of its request being passed on. */
import type { PathMatch, Redirect } from "../../model/route.ts";
import { rewritePath } from "./path-rewrite.ts";
import type { RouteMatch } from "./request-match.ts";
import { withHeader } from "./request-match.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The ports that a URL of a scheme need not name (RFC 9110 section 4.2). */
const wellKnownPorts = { http: 80, https: 443 } as const;

const responseCodes = {
  301: "MOVED_PERMANENTLY",
  302: "FOUND",
  303: "SEE_OTHER",
  307: "TEMPORARY_REDIRECT",
  308: "PERMANENT_REDIRECT",
} as const satisfies Record<Redirect["statusCode"], string>;

const hostWithPort = { name: ":authority", string_match: { safe_regex: { regex: ".*:[0-9]+" } } };

/**
 * Requests whose `Host` names a port that Envoy drops by itself: the well-known one of the scheme that the client has used, by
 * `x-forwarded-proto`, where the new scheme is the other one.
 */
function withDroppedPort(match: RouteMatch, newScheme: "http" | "https"): RouteMatch {
  const scheme = newScheme === "https" ? "http" : "https";
  const host = { name: ":authority", string_match: { suffix: `:${wellKnownPorts[scheme]}` } };
  return withHeader(withHeader(match, host), { name: "x-forwarded-proto", string_match: { exact: scheme } });
}

/**
 * The routes that redirect what matches. A URL names no port that is its scheme's own. But Envoy keeps the port that the client
 * has named in its `Host`, and does not always drop it; so where the new URL should have none, requests that bring one which stays
 * get the new one's number instead, which means the same.
 *
 * @param servicePort on which the request came, as the client sees it
 */
export function redirectRoutes(
  match: RouteMatch,
  path: PathMatch,
  { scheme, hostname, path: newPath, port, statusCode }: Redirect,
  servicePort: number,
): readonly { readonly match: RouteMatch; readonly redirect: Fields }[] {
  // What comes captured and is understood is plain HTTP, whatever `x-forwarded-proto` says about an earlier hop.
  const newScheme = scheme ?? "http";
  const newPort = port ?? (scheme === undefined ? servicePort : wellKnownPorts[scheme]);
  const redirect = {
    scheme_redirect: newScheme,
    ...(hostname === undefined ? {} : { host_redirect: hostname }),
    ...rewritePath(path, newPath),
    response_code: responseCodes[statusCode],
  };
  const toPort = { ...redirect, port_redirect: newPort };
  if (newPort !== wellKnownPorts[newScheme]) return [{ match, redirect: toPort }];
  if (hostname !== undefined) return [{ match, redirect }];
  return [
    ...(scheme === undefined ? [] : [{ match: withDroppedPort(match, scheme), redirect }]),
    { match: withHeader(match, hostWithPort), redirect: toPort },
    { match, redirect },
  ];
}
