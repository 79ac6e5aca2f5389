/**
 * Packet marks of transparent proxying, numbered as Istio does, whose users may have taught their tools about them.
 */

/** Set by the proxy (`SO_MARK`) on a connection that it makes to its application under the client's own address. */
export const clientAddressMark = 1337;

/** Set by our rules on what the proxy sends to the pod's own address as to any other: it must come in through the proxy. */
export const selfCallMark = 1338;

/**
 * The routing table by which packets with {@link clientAddressMark} stay inside the pod. Busybox' `ip`, which is what its
 * shell calls by that name, takes no number above 255.
 */
export const localRouteTable = 133;
