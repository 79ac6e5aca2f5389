/**
 * The network that a range of addresses is. People may write it by any of its addresses and in any spelling; what compares
 * ranges, or refuses the same one twice as Envoy does, needs one text for each.
 */
import type { Cidr } from "./cidr.ts";

interface Groups {
  readonly values: readonly number[];
  readonly bits: number;
}

function groupsOfIPv4(address: string): Groups {
  return { values: address.split(".").map(Number), bits: 8 };
}

/** Eight groups; the URL parser has already written out what stands in dots. */
function groupsOfIPv6(address: string): Groups {
  const [left = "", right] = spellIPv6(address).split("::");
  const [before, after] = [left, right ?? ""].map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: 8 - (before?.length ?? 0) - (after?.length ?? 0) }, () => "0");
  return { values: [...(before ?? []), ...zeros, ...(after ?? [])].map((group) => parseInt(group, 16)), bits: 16 };
}

/** RFC 5952. */
function spellIPv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function masked({ values, bits }: Groups, length: number): readonly number[] {
  return values.map((value, index) => {
    const kept = Math.min(Math.max(length - index * bits, 0), bits);
    return value & ~((1 << (bits - kept)) - 1);
  });
}

/** The same range, named by its first address: `10.1.2.3/8` is `10.0.0.0/8`, `FD00::1/8` is `fd00::/8`. */
export function networkOf({ family, text }: Cidr): Cidr {
  const slash = text.indexOf("/");
  const [address, length] = [text.slice(0, slash), Number(text.slice(slash + 1))];
  const first =
    family === "IPv4"
      ? masked(groupsOfIPv4(address), length).join(".")
      : spellIPv6(
          masked(groupsOfIPv6(address), length)
            .map((value) => value.toString(16))
            .join(":"),
        );
  return { family, text: `${first}/${length}` };
}
