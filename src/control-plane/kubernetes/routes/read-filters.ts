/**
 * The filters of a rule. All of them are independent of each other but for those that exclude each other, so their order
 * makes no difference.
 */
import type { CorsRule, Redirect, RequestFilters, UrlRewrite } from "../../model/route.ts";
import type { ForeignFilter, MirrorRecord } from "../../model/routes/route-record.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readCors } from "./read-cors.ts";
import { readForeignFilter } from "./read-foreign-filter.ts";
import { readHeaderChanges } from "./read-header-changes.ts";
import { readMirror } from "./read-mirror.ts";
import { readRedirect, readRewrite } from "./read-redirect.ts";

export interface RuleFilters {
  readonly filters: Omit<RequestFilters, "mirrors">;
  readonly redirect: Redirect | undefined;
  readonly mirrors: readonly MirrorRecord[];
  readonly foreignFilter: ForeignFilter | undefined;
}

/** Filter types of each kind of route, with the field that each has. */
export const httpFilters = {
  RequestHeaderModifier: "requestHeaderModifier",
  ResponseHeaderModifier: "responseHeaderModifier",
  RequestMirror: "requestMirror",
  RequestRedirect: "requestRedirect",
  URLRewrite: "urlRewrite",
  CORS: "cors",
  ExtensionRef: "extensionRef",
} as const;

export type FilterType = keyof typeof httpFilters;

export const httpFilterTypes = Object.keys(httpFilters) as readonly FilterType[];
export const grpcFilterTypes = [
  "RequestHeaderModifier",
  "ResponseHeaderModifier",
  "RequestMirror",
  "ExtensionRef",
] as const satisfies readonly FilterType[];

interface Found {
  request?: RuleFilters["filters"]["request"];
  response?: RuleFilters["filters"]["response"];
  rewrite?: UrlRewrite;
  redirect?: Redirect;
  cors?: CorsRule;
  foreignFilter?: ForeignFilter;
  mirror?: MirrorRecord | undefined;
}

/** @param types those that the kind of route may have */
export function readFilters(list: Field, types: readonly FilterType[], ownNamespace: string): RuleFilters {
  const found = list.items().map((item) => readFilter(item, types, ownNamespace));
  const all: Found = Object.assign({}, ...found) as Found;
  const { request, response, rewrite, cors, redirect, foreignFilter } = all;
  return {
    filters: { request, response, rewrite, cors },
    redirect,
    mirrors: found.map(({ mirror }) => mirror).filter((mirror) => mirror !== undefined),
    foreignFilter,
  };
}

function readFilter(item: Field, types: readonly FilterType[], ownNamespace: string): Found {
  const type = item.at("type").oneOf(types);
  if (type === undefined) {
    if (item.at("type").absent) item.report("the type is missing", `write one of: ${types.join(", ")}`);
    return {};
  }
  const settings = item.at(httpFilters[type]);
  hasOnly(item, ["type", httpFilters[type]]);
  if (settings.absent) item.report(`${httpFilters[type]} is missing`, `a filter of type ${type} needs it`);
  switch (type) {
    case "RequestHeaderModifier":
      return { request: readHeaderChanges(settings) };
    case "ResponseHeaderModifier":
      return { response: readHeaderChanges(settings) };
    case "RequestMirror":
      return { mirror: readMirror(settings, ownNamespace) };
    case "RequestRedirect":
      return { redirect: readRedirect(settings) };
    case "URLRewrite":
      return { rewrite: readRewrite(settings) };
    case "CORS":
      return { cors: readCors(settings) };
    case "ExtensionRef":
      return { foreignFilter: readForeignFilter(item) };
  }
}

const repeatable: readonly (string | undefined)[] = ["RequestMirror", "ExtensionRef"];

/** Reports filters of a rule that exclude each other. Returns whether there are none. */
export function areCompatible(rule: Field): boolean {
  const list = rule.at("filters");
  const types = list.items().map((item) => item.at("type").text());
  const repeated = types.find((type, index) => types.indexOf(type) !== index && !repeatable.includes(type));
  if (repeated !== undefined) list.report(`there are two filters of type ${repeated}`, "merge the two");
  const redirects = types.includes("RequestRedirect");
  const both = redirects && types.includes("URLRewrite");
  if (both) list.report("RequestRedirect and URLRewrite exclude each other", "keep one of the two");
  const nowhere = redirects && rule.at("backendRefs").items().length > 0;
  if (nowhere) rule.report("a rule that redirects sends nothing to backends", "remove backendRefs or the redirect");
  return repeated === undefined && !both && !nowhere;
}
