/**
 * Another path for a request, which keeps its query. Of prefixes whole segments are replaced, and a slash at the end of a
 * prefix means nothing: `/foo` with `/xyz` or `/xyz/` makes `/xyz/bar` of `/foo/bar`; with `/` or nothing `/bar` of it, and `/`
 * of `/foo` and of `/foo/`. Source: Gateway API, `HTTPPathModifier.replacePrefixMatch`.
 */
import type { PathMatch, PathRewrite } from "../../model/route.ts";
import { literalPattern, literalText } from "./literal-text.ts";

type Fields = Readonly<Record<string, unknown>>;

function replacePrefix(prefix: string, replacement: string): Fields {
  const target = replacement.replace(/\/+$/, "");
  if (prefix === "/") return target === "" ? {} : { prefix_rewrite: `${target}/` };
  if (target !== "") return { prefix_rewrite: target };
  return { regex_rewrite: { pattern: { regex: `^${literalPattern(prefix)}/?` }, substitution: "/" } };
}

/** Fields of a `RouteAction` or a `RedirectAction`, which have the same names. */
export function rewritePath(match: PathMatch, rewrite: PathRewrite | undefined): Fields {
  if (rewrite === undefined) return {};
  if (rewrite.kind === "prefix") return replacePrefix(match.value, rewrite.value);
  return { path_rewrite: literalText(rewrite.value === "" ? "/" : rewrite.value) };
}
