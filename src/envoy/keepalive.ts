/**
 * TCP keepalive towards the network. An application's own keepalive now ends at the proxy beside it, so it would never
 * learn that the far end is gone; the proxy's keepalive takes its place.
 */

/** Seconds; below the 350 s after which common cloud load balancers forget an idle connection. */
const idle = 180;
const interval = 30;
const probes = 9;

/** Linux's numbers from `socket.h` and `tcp.h`. */
const solSocket = 1;
const soKeepalive = 9;
const ipprotoTcp = 6;
const tcpKeepidle = 4;
const tcpKeepintvl = 5;
const tcpKeepcnt = 6;

function socketOption(level: number, name: number, value: number): Readonly<Record<string, unknown>> {
  // Set before bind: Linux lets accepted connections inherit a listening socket's options.
  return { level, name, int_value: value, state: "STATE_PREBIND" };
}

/** For a listener's `socket_options`. */
export const listenerKeepalive: readonly Readonly<Record<string, unknown>>[] = [
  socketOption(solSocket, soKeepalive, 1),
  socketOption(ipprotoTcp, tcpKeepidle, idle),
  socketOption(ipprotoTcp, tcpKeepintvl, interval),
  socketOption(ipprotoTcp, tcpKeepcnt, probes),
];

/** For a cluster's `upstream_connection_options`. */
export const clusterKeepalive = {
  tcp_keepalive: { keepalive_probes: probes, keepalive_time: idle, keepalive_interval: interval },
} as const;
