/**
 * Addresses inside the pod that capture knows by heart.
 */
import type { IpFamily } from "../net/cidr.ts";

/** The loopback interface's own range: calls to it are the pod talking to itself. */
export const loopbackRange: Readonly<Record<IpFamily, string>> = { IPv4: "127.0.0.0/8", IPv6: "::1/128" };

/**
 * The source address of what the proxy sends to its own application: inbound connections that it delivers, and probes.
 * Rules know by it that such a connection has been through the proxy already. The same addresses as Istio's.
 */
export const deliveryAddress: Readonly<Record<IpFamily, string>> = { IPv4: "127.0.0.6", IPv6: "::6" };

/** {@link deliveryAddress} as a range of that one host. */
export const deliveryRange: Readonly<Record<IpFamily, string>> = {
  IPv4: `${deliveryAddress.IPv4}/32`,
  IPv6: `${deliveryAddress.IPv6}/128`,
};
