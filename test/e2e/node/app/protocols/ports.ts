/**
 * Where the application of the protocols listens.
 */
export const protocolPorts = {
  /** HTTP/1.1, with WebSocket and server-sent events. */
  http: 8080,
  /** HTTP/2 without TLS. */
  h2c: 8081,
  /** TCP that returns what it gets, after the client has spoken. */
  tcp: 8082,
  /** UDP that returns what it gets. */
  udp: 8083,
  grpc: 8084,
} as const;
