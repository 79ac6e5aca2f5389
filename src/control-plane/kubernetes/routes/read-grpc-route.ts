/**
 * Reads a GRPCRoute. A call of a method is a POST to `/<service>/<method>`, so that its matches are matches of paths.
 * Source: Gateway API 1.6; gRPC over HTTP/2, "Requests".
 */
import { quote } from "../../../quote.ts";
import type { PathMatch } from "../../model/route.ts";
import type { RankedMatch, RouteRecord, RuleRecord } from "../../model/routes/route-record.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readHeaderName } from "./header-name.ts";
import { readBackend } from "./read-backend.ts";
import { grpcFilterTypes, readFilters } from "./read-filters.ts";
import { isRegex, readRegex } from "./read-regex.ts";
import type { RuleContext } from "./read-route.ts";
import { readRoute } from "./read-route.ts";
import { readSession } from "./read-rule-options.ts";
import { readValueMatches } from "./read-value-matches.ts";

/** Names in a path: no slash, nothing that would have to be escaped. */
const name = /^[A-Za-z0-9_.-]{1,1024}$/;

export function readGrpcRoute(object: Field): RouteRecord {
  return readRoute(object, "GRPCRoute", readRule);
}

function readRule(rule: Field, { namespace, route, index }: RuleContext): RuleRecord {
  hasOnly(rule, ["name", "matches", "filters", "backendRefs", "sessionPersistence"]);
  const { filters, mirrors, foreignFilter } = readFilters(rule.at("filters"), grpcFilterTypes, namespace);
  const backends = rule
    .at("backendRefs")
    .items()
    .map((item) => readBackend(item, namespace));
  return {
    name: rule.at("name").text(),
    matches: readMatches(rule.at("matches")),
    filters,
    mirrors,
    action: { kind: "forward", backends: backends.filter((backend) => backend !== undefined) },
    requestTimeoutMs: undefined,
    backendTimeoutMs: undefined,
    retry: undefined,
    sessionPersistence: readSession(rule.at("sessionPersistence"), `${namespace}/${route}/${index}`, backends.length),
    foreignFilter,
  };
}

function readMatches(list: Field): readonly RankedMatch[] {
  const items = list.items();
  if (items.length === 0) return [ranked(anyMethod, [])];
  return items.flatMap((item) => {
    hasOnly(item, ["method", "headers"]);
    const method = readMethod(item.at("method"));
    const headers = readValueMatches(item.at("headers"), readHeaderName);
    return method === undefined ? [] : [ranked(method, headers)];
  });
}

/** A method with the lengths of what it names, by which it takes precedence. */
interface Method {
  readonly path: PathMatch;
  readonly service: number;
  readonly method: number;
}

const anyMethod: Method = { path: { kind: "prefix", value: "/" }, service: 0, method: 0 };

function ranked({ path, service, method }: Method, headers: RankedMatch["match"]["headers"]): RankedMatch {
  return {
    match: { path, method: undefined, headers, queryParams: [] },
    specificity: [service, method, headers.length],
  };
}

function readMethod(field: Field): Method | undefined {
  if (field.absent) return anyMethod;
  hasOnly(field, ["type", "service", "method"]);
  const type = field.at("type").absent ? "Exact" : field.at("type").oneOf(["Exact", "RegularExpression"]);
  if (type === undefined) return undefined;
  const read = type === "Exact" ? readName : readRegex;
  // An empty one is as good as none.
  const parts = [field.at("service"), field.at("method")].map((part) => (part.text() === "" ? undefined : part));
  const [service = "", method = ""] = parts.map((part) => part && read(part));
  if (parts.every((part) => part?.absent ?? true))
    field.report("neither service nor method is given", "write one of the two");
  const path = type === "Exact" ? exactPath(service, method) : regexPath(service, method);
  // What makes sense by itself may not with the rest after it: an unfinished \Q would swallow that, and both may be too large.
  if (path.kind === "regex" && !isRegex(field, path.value)) return undefined;
  return { path, service: service.length, method: method.length };
}

function readName(field: Field): string | undefined {
  const text = field.text();
  if (text === undefined || text === "" || name.test(text)) return text;
  field.report(`${quote(text)} is not a name of gRPC`, "write letters, digits, dots and underscores");
  return undefined;
}

const anyName = "[^/]+";

function exactPath(service: string, method: string): PathMatch {
  if (service === "") return { kind: "regex", value: `/${anyName}/${method.replaceAll(".", "\\.")}` };
  return method === "" ? { kind: "prefix", value: `/${service}` } : { kind: "exact", value: `/${service}/${method}` };
}

function regexPath(service: string, method: string): PathMatch {
  const part = (regex: string): string => (regex === "" ? anyName : `(?:${regex})`);
  return { kind: "regex", value: `/${part(service)}/${part(method)}` };
}
