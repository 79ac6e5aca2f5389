/**
 * The two families' rules are separate tables to the kernel: a range of the other family has no place in them.
 */
import type { Cidr, IpFamily } from "../net/cidr.ts";

/** The ranges of one family, each once, in their own order. */
export function rangesOf(cidrs: readonly Cidr[], family: IpFamily): readonly string[] {
  return [...new Set(cidrs.filter((cidr) => cidr.family === family).map((cidr) => cidr.text))];
}
