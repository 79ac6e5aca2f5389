/** Which rule takes a request, decided as a sidecar decides it; for people who want to know, not for traffic. */
import { quote } from "../../../quote.ts";
import type { PathMatch, RequestMatch, RouteRule, ValueMatch } from "../route.ts";
import { parseRegex } from "./regex/re2.ts";

export interface RequestFacts {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Names in lower case; of several with one name, all in the order of the request. */
  readonly headers: readonly NamedValue[];
  /** As they stand in the request; of several with one name, the first counts. */
  readonly query: readonly NamedValue[];
}

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** The first rule that takes the request, by its place; undefined where none does, which is answered 404. */
export function matchRequest(rules: readonly RouteRule[], request: RequestFacts): number | undefined {
  const place = rules.findIndex(({ match }) => mismatch(match, request) === undefined);
  return place === -1 ? undefined : place;
}

/** Why a match does not take a request, as a sentence without its full stop; undefined where it does. */
export function mismatch(match: RequestMatch, request: RequestFacts): string | undefined {
  if (!isPath(match.path, request.path)) return `the path is not ${describePath(match.path)}`;
  if (match.method !== undefined && match.method !== request.method) return `the method is not ${match.method}`;
  return (
    findMismatch("header", match.headers, request.headers, joined) ??
    findMismatch("query parameter", match.queryParams, request.query, first)
  );
}

/** For people: `/cart or below`. */
export function describePath({ kind, value }: PathMatch): string {
  if (kind === "exact") return value;
  return kind === "regex" ? `of the form ${value}` : value === "/" ? "anything" : `${value} or below`;
}

function isPath({ kind, value }: PathMatch, path: string): boolean {
  switch (kind) {
    case "exact":
      return path === value;
    case "prefix":
      return value === "/" || path === value || path.startsWith(`${value}/`);
    case "regex":
      return isOfForm(value, path);
  }
}

function isOfForm(regex: string, text: string): boolean {
  const result = parseRegex(regex);
  // A rule with another one does not get as far as this.
  return result.ok && result.value.test(text);
}

type Pick = (values: readonly string[]) => string | undefined;

/** Several headers of one name are one list (RFC 9110, section 5.3). */
const joined: Pick = (values) => (values.length === 0 ? undefined : values.join(","));
const first: Pick = ([value]) => value;

function findMismatch(
  what: string,
  wanted: readonly ValueMatch[],
  given: readonly NamedValue[],
  pick: Pick,
): string | undefined {
  for (const { kind, name, value } of wanted) {
    const actual = pick(given.filter((one) => one.name === name).map((one) => one.value));
    if (actual === undefined) return `there is no ${what} ${name}`;
    if (kind === "exact" && actual !== value) return `the ${what} ${name} is not ${quote(value)}`;
    if (kind === "regex" && !isOfForm(value, actual)) return `the ${what} ${name} is not of the form ${value}`;
  }
  return undefined;
}
