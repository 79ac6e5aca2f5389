/**
 * TCP ports as iptables matches: as few rules as possible, each within what the kernel can hold.
 */
import type { PortRange } from "../net/port-range.ts";

/** `XT_MULTI_PORTS` of linux/netfilter/xt_multiport.h: a multiport match has 15 slots, and a range takes two. */
const multiportSlots = 15;

/** The same ports in ascending order without overlaps; neighbours become one range. */
export function mergePortRanges(ranges: readonly PortRange[]): readonly PortRange[] {
  const merged: PortRange[] = [];
  for (const range of ranges.toSorted((one, other) => one.first - other.first)) {
    const previous = merged.at(-1);
    if (previous === undefined || range.first > previous.last + 1) merged.push(range);
    else merged[merged.length - 1] = { first: previous.first, last: Math.max(previous.last, range.last) };
  }
  return merged;
}

function slots({ first, last }: PortRange): number {
  return first === last ? 1 : 2;
}

function formatPorts({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}:${last}`;
}

function packIntoMultiports(ranges: readonly PortRange[]): readonly (readonly PortRange[])[] {
  const packed: PortRange[][] = [];
  let free = 0;
  for (const range of ranges) {
    const group = packed.at(-1);
    if (group === undefined || slots(range) > free) {
      packed.push([range]);
      free = multiportSlots - slots(range);
    } else {
      group.push(range);
      free -= slots(range);
    }
  }
  return packed;
}

/**
 * Match words for connections to any of the ports: one list of words for each rule that is needed, none for no ports.
 */
export function matchPorts(ranges: readonly PortRange[]): readonly (readonly string[])[] {
  return packIntoMultiports(mergePortRanges(ranges)).map((group) => {
    const ports = group.map(formatPorts).join(",");
    return group.length === 1
      ? ["-p", "tcp", "-m", "tcp", "--dport", ports]
      : ["-p", "tcp", "-m", "multiport", "--dports", ports];
  });
}
