/**
 * IP addresses as they are inside of other formats.
 */
import { isIPv4 } from "node:net";

/** Two bytes of each group of a text without `::`. */
function groupBytes(text: string): readonly number[] {
  const groups = text === "" ? [] : text.split(":");
  return groups.map((group) => Number.parseInt(group, 16)).flatMap((group) => [group >> 8, group & 0xff]);
}

/**
 * The bytes of an address, 4 or 16, the first one first.
 *
 * @param ip as `isIP` takes it, without a zone
 */
export function ipBytes(ip: string): Uint8Array {
  if (isIPv4(ip)) return Uint8Array.from(ip.split("."), Number);
  // A URL has it in one spelling: groups of hexadecimal digits, also where the end was written as an IPv4 address.
  const [before = "", after] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split("::");
  const bytes = new Uint8Array(16);
  bytes.set(groupBytes(before));
  if (after === undefined) return bytes;
  const end = groupBytes(after);
  bytes.set(end, bytes.length - end.length);
  return bytes;
}
