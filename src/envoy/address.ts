/**
 * Addresses: where the sidecar listens, and how it names the pod's own address and other hosts.
 */
import { isIP } from "node:net";
import type { IpFamily } from "../net/cidr.ts";
import { reference } from "./expansion.ts";
import type { Address } from "./resource.ts";

const wildcards: Readonly<Record<IpFamily, string>> = { IPv4: "0.0.0.0", IPv6: "::" };

/** An address and port in Envoy's form. */
export function socketAddress(address: string, port: number): Address {
  return { socket_address: { address, port_value: port } };
}

/** The address fields of a listener on every address of the given families. */
export function listenOn(
  families: readonly IpFamily[],
  port: number,
): { readonly address: Address; readonly additional_addresses: readonly { readonly address: Address }[] } {
  const [first, ...others] = families.map((family) => socketAddress(wildcards[family], port));
  return {
    // No family at all would be no listener at all, which Envoy cannot express; pods always have one.
    address: first ?? socketAddress(wildcards.IPv4, port),
    additional_addresses: others.map((address) => ({ address })),
  };
}

/**
 * `address:port` as it stands in a Host header.
 *
 * @param host an IP address or DNS name, or undefined for the pod's own IP, whose family is the first of `families`
 */
export function authority(host: string | undefined, port: number, families: readonly IpFamily[]): string {
  if (host === undefined) return families[0] === "IPv6" ? `[${reference.podIp}]:${port}` : `${reference.podIp}:${port}`;
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
