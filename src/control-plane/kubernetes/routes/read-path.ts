/** Paths in routes. What is allowed is what the CRD allows; a file has not been held against it. */
import { quote } from "../../../quote.ts";
import type { PathMatch, PathRewrite } from "../../model/route.ts";
import type { Field } from "../field.ts";
import { hasOnly } from "../known-fields.ts";
import { readRegex } from "./read-regex.ts";

const characters = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*$/;
/** A proxy may resolve these before it looks at the path, or not: so no rule can be sure of them. */
const ambiguous = ["//", "/./", "/../", "%2f", "%2F"];
const anyPath: PathMatch = { kind: "prefix", value: "/" };
const kinds = { Exact: "exact", PathPrefix: "prefix", RegularExpression: "regex" } as const;

/** Undefined where it makes no sense; any path where there is none. */
export function readPathMatch(field: Field): PathMatch | undefined {
  if (field.absent) return anyPath;
  hasOnly(field, ["type", "value"]);
  const type = field.at("type").absent
    ? "PathPrefix"
    : field.at("type").oneOf(["Exact", "PathPrefix", "RegularExpression"]);
  if (type === undefined) return undefined;
  const kind = kinds[type];
  const value = kind === "regex" ? readRegex(field.at("value")) : readAbsolutePath(field.at("value"));
  if (value === undefined) return field.at("value").absent ? anyPath : undefined;
  return { kind, value: kind === "prefix" ? withoutLastSlash(value) : value };
}

function readAbsolutePath(field: Field): string | undefined {
  const path = field.text();
  if (path === undefined) return undefined;
  const wrong = path.startsWith("/") ? findAmbiguous(path) : "does not begin with a slash";
  if (wrong === undefined) return path;
  field.report(`the path ${quote(path)} ${wrong}`, "write an absolute path in its simplest form");
  return undefined;
}

function findAmbiguous(path: string): string | undefined {
  const found = ambiguous.find((part) => path.includes(part));
  if (found !== undefined) return `holds ${found}`;
  if (path.endsWith("/..") || path.endsWith("/.")) return "ends in dots";
  return characters.test(path) ? undefined : "holds a character that paths don't have";
}

/** A slash at the end of a prefix means nothing. */
function withoutLastSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

/** How a path is rewritten, `urlRewrite.path` or `requestRedirect.path`; undefined where it is not. */
export function readPathRewrite(field: Field): PathRewrite | undefined {
  if (field.absent) return undefined;
  hasOnly(field, ["type", "replaceFullPath", "replacePrefixMatch"]);
  const type = field.at("type").oneOf(["ReplaceFullPath", "ReplacePrefixMatch"]);
  if (type === undefined) {
    if (field.at("type").absent) field.report("the type is missing", "write ReplaceFullPath or ReplacePrefixMatch");
    return undefined;
  }
  const [wanted, other] =
    type === "ReplaceFullPath" ? ["replaceFullPath", "replacePrefixMatch"] : ["replacePrefixMatch", "replaceFullPath"];
  if (!field.at(other).absent) field.at(other).report(`${other} does not belong to ${type}`, `write ${wanted}`);
  const value = readReplacement(field.at(wanted));
  if (value === undefined) {
    if (field.at(wanted).absent && field.at(other).absent) {
      field.report(`${wanted} is missing`, "write the new path");
    }
    return undefined;
  }
  return type === "ReplaceFullPath" ? { kind: "full", value } : { kind: "prefix", value: withoutLastSlash(value) };
}

/** No path at all is the shortest one. */
function readReplacement(field: Field): string | undefined {
  const path = field.text();
  if (path === undefined || path === "") return path === undefined ? undefined : "/";
  const wrong = !path.startsWith("/")
    ? "does not begin with a slash"
    : characters.test(path)
      ? undefined
      : "holds a character that paths don't have";
  if (wrong === undefined) return path;
  field.report(`the path ${quote(path)} ${wrong}`, "write an absolute path without query");
  return undefined;
}
