/**
 * IP ranges in CIDR notation, v4 and v6, as users write them in annotations and the mesh config.
 */
import { isIPv4, isIPv6 } from "node:net";
import type { Parsed, Problem } from "../problem.ts";
import { parsed } from "../problem.ts";
import { quote } from "../quote.ts";

export type IpFamily = "IPv4" | "IPv6";

/** An IP range. `text` always has a prefix length: `10.0.0.0/8`, `fd00::/8`, `192.0.2.1/32`. */
export interface Cidr {
  readonly family: IpFamily;
  readonly text: string;
}

/** Every address, or the listed ranges. */
export type CidrSelection = "all" | readonly Cidr[];

function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  // A zone (`fe80::1%eth0`) is a host's own business and means nothing in a firewall rule.
  const family = isIPv4(address) ? "IPv4" : isIPv6(address) && !address.includes("%") ? "IPv6" : undefined;
  if (family === undefined) return undefined;
  const bits = family === "IPv4" ? 32 : 128;
  const length = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  return { family, text: `${address}/${Number(length)}` };
}

/**
 * Parses a comma-separated list of ranges; a bare address means that one host, the empty text the empty list.
 *
 * @param path where the text stands, for the problems
 */
export function parseCidrs(text: string, path: string): Parsed<readonly Cidr[]> {
  const cidrs: Cidr[] = [];
  const problems: Problem[] = [];
  for (const item of text.split(",").map((part) => part.trim())) {
    if (item === "" && text.trim() === "") continue;
    const cidr = parseCidr(item);
    if (cidr === undefined) {
      problems.push({
        path,
        message: `${quote(item)} is not an IP range`,
        hint: "write ranges in CIDR notation, separated by commas, e.g. 10.0.0.0/8,fd00::/8",
      });
    } else cidrs.push(cidr);
  }
  return problems.length > 0 ? { ok: false, problems } : parsed(cidrs);
}

/**
 * Parses a list with one range in each item; a bare address means that one host.
 *
 * @param path where the list stands; a problem's path has the item's index, too
 */
export function parseCidrList(texts: readonly string[], path: string): Parsed<readonly Cidr[]> {
  const cidrs = texts.map(parseCidr);
  const problems = texts.flatMap((text, index) => {
    if (cidrs[index] !== undefined) return [];
    const hint = "write a range in CIDR notation, e.g. 203.0.113.0/24 or 2001:db8::/32";
    return [{ path: `${path}[${index}]`, message: `${quote(text)} is not an IP range`, hint }];
  });
  return problems.length > 0 ? { ok: false, problems } : parsed(cidrs.filter((cidr) => cidr !== undefined));
}

/** Like {@link parseCidrs}, and `*` is every address. */
export function parseCidrSelection(text: string, path: string): Parsed<CidrSelection> {
  return text.trim() === "*" ? parsed("all") : parseCidrs(text, path);
}
