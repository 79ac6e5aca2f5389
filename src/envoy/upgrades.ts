/**
 * Protocols that an HTTP/1.1 connection may turn into: each must be named. SPDY and `tcp` are how container runtimes
 * stream, CONNECT is how clients ask a forward proxy for a tunnel.
 */

/** An HTTP connection manager's `upgrade_configs`. */
export const upgrades: readonly Readonly<Record<string, unknown>>[] = ["websocket", "CONNECT", "tcp", "SPDY/3.1"].map(
  (type) => ({ upgrade_type: type }),
);
