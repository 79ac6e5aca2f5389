/**
 * Which destinations may belong to the mesh. Only these are asked of the control plane, so that a crawler's thousand public
 * addresses cost neither memory nor a question.
 */
import type { Cidr } from "../../net/cidr.ts";
import { networkOf } from "../../net/network.ts";

/** Filter-chain form of a range. */
export interface PrefixRange {
  readonly address_prefix: string;
  readonly prefix_len: number;
}

/** RFC 1918, 6598 (shared address space), 3927 (link-local), 4193 (unique local), 4291 (link-local). */
const privateRanges = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
];

function prefixRange(text: string): PrefixRange {
  const slash = text.indexOf("/");
  return { address_prefix: text.slice(0, slash), prefix_len: Number(text.slice(slash + 1)) };
}

/**
 * Each once, however it is written: Envoy refuses a listener that has the same range twice.
 *
 * @param more further ranges of pods and Services: public ones that a cluster uses inside
 */
export function meshRanges(more: readonly Cidr[]): readonly PrefixRange[] {
  return [...new Set([...privateRanges, ...more.map((range) => networkOf(range).text)])].map(prefixRange);
}
