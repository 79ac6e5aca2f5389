/** Reads an HTTPRoute. Source: Gateway API 1.6, standard and experimental channel. */
import type { RequestMatch } from "../../model/route.ts";
import { httpSpecificity } from "../../model/routes/precedence.ts";
import type { RankedMatch, RouteRecord, RuleRecord } from "../../model/routes/route-record.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readHeaderName, readToken } from "./header-name.ts";
import { readBackend } from "./read-backend.ts";
import { httpFilterTypes, readFilters } from "./read-filters.ts";
import { readPathMatch } from "./read-path.ts";
import type { RuleContext } from "./read-route.ts";
import { readRoute } from "./read-route.ts";
import { readRetry, readSession, readTimeouts } from "./read-rule-options.ts";
import { readValueMatches } from "./read-value-matches.ts";

const ruleFields = ["name", "matches", "filters", "backendRefs", "timeouts", "retry", "sessionPersistence"];
const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"] as const;
const anyRequest: RequestMatch = {
  path: { kind: "prefix", value: "/" },
  method: undefined,
  headers: [],
  queryParams: [],
};

export function readHttpRoute(object: Field): RouteRecord {
  const route = readRoute(object, "HTTPRoute", readRule);
  // As the CRD's default has it.
  return object.at("spec").at("rules").absent && route.refusal === undefined
    ? { ...route, rules: [ruleOfNone] }
    : route;
}

/** Of a route that names no rules: every request is answered 500, as there is nowhere to send it. */
const ruleOfNone: RuleRecord = {
  name: undefined,
  matches: [ranked(anyRequest)],
  filters: { request: undefined, response: undefined, rewrite: undefined, cors: undefined },
  mirrors: [],
  action: { kind: "forward", backends: [] },
  requestTimeoutMs: undefined,
  backendTimeoutMs: undefined,
  retry: undefined,
  sessionPersistence: undefined,
  foreignFilter: undefined,
};

function readRule(rule: Field, { namespace, route, index }: RuleContext): RuleRecord | undefined {
  hasOnly(rule, ruleFields);
  const matches = readMatches(rule.at("matches"));
  const { filters, redirect, mirrors, foreignFilter } = readFilters(rule.at("filters"), httpFilterTypes, namespace);
  const backends = rule
    .at("backendRefs")
    .items()
    .map((item) => readBackend(item, namespace));
  if ([filters.rewrite?.path, redirect?.path].some((path) => path?.kind === "prefix")) reportPrefixless(rule, matches);
  return {
    name: rule.at("name").text(),
    matches,
    filters,
    mirrors,
    action:
      redirect === undefined
        ? { kind: "forward", backends: backends.filter((backend) => backend !== undefined) }
        : { kind: "redirect", redirect },
    ...readTimeouts(rule.at("timeouts")),
    retry: readRetry(rule.at("retry")),
    sessionPersistence: readSession(rule.at("sessionPersistence"), `${namespace}/${route}/${index}`, backends.length),
    foreignFilter,
  };
}

function readMatches(list: Field): readonly RankedMatch[] {
  const items = list.items();
  if (items.length === 0) return [ranked(anyRequest)];
  return items.flatMap((item) => {
    hasOnly(item, ["path", "headers", "queryParams", "method"]);
    const path = readPathMatch(item.at("path"));
    const method = item.at("method").oneOf(methods);
    const headers = readValueMatches(item.at("headers"), readHeaderName);
    const queryParams = readValueMatches(item.at("queryParams"), readToken);
    return path === undefined ? [] : [ranked({ path, method, headers, queryParams })];
  });
}

function ranked(match: RequestMatch): RankedMatch {
  return { match, specificity: httpSpecificity(match) };
}

function reportPrefixless(rule: Field, matches: readonly RankedMatch[]): void {
  if (matches.length === 1 && matches[0]?.match.path.kind === "prefix") return;
  const hint = "give the rule exactly one match, of type PathPrefix";
  rule.report("replacePrefixMatch has no prefix to replace", hint);
}
