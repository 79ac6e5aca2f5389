/**
 * Addresses as text: one spelling for each, the one that Envoy prints, because they are compared and looked up as text.
 */
import { isIPv4, isIPv6 } from "node:net";
import type { IpFamily } from "../../net/cidr.ts";
import type { Address } from "./destination.ts";

export interface IpAndPort {
  /** Without brackets. */
  readonly ip: string;
  readonly port: number;
}

const form = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):([1-9]\d{0,4})$/;
const highestPort = 65_535;

/** The address of a port at an IP that has the spelling of {@link canonicalIp}. */
export function formatAddress(ip: string, port: number): Address {
  return familyOf(ip) === "IPv6" ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** The parts of an address; undefined for any other text. */
export function parseAddress(address: Address): IpAndPort | undefined {
  const [, v6, v4, portText] = form.exec(address) ?? [];
  const port = Number(portText);
  const ip = v6 ?? v4;
  return ip === undefined || port > highestPort ? undefined : { ip, port };
}

/** The family of an IP that is known to be one. */
export function familyOf(ip: string): IpFamily {
  return ip.includes(":") ? "IPv6" : "IPv4";
}

/**
 * The one spelling of an IP address (RFC 5952); undefined where the text is none, has a zone, or is an IPv4 address in
 * the clothes of IPv6, which no packet has.
 */
export function canonicalIp(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const ip = new URL(`http://[${text}]`).hostname.slice(1, -1);
  return ip.startsWith("::ffff:") ? undefined : ip;
}
