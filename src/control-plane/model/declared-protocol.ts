/**
 * What a Service's port says it speaks, by its `appProtocol` or, failing that, its name. Sources: Kubernetes, "Application
 * protocol" (`kubernetes.io/…`, IANA service names); the field's habit of naming ports `<protocol>` or
 * `<protocol>-<anything>`.
 */
import type { DeclaredProtocol } from "./destination.ts";

/** TLS that the application makes itself hides whatever is inside. */
const encrypted = ["https", "tls", "wss", "ldaps", "smtps", "imaps", "pop3s", "amqps", "mqtts"];
/** Protocols in which the server speaks first, or that no inspection of HTTP should touch. */
const others = [
  ...["tcp", "mysql", "mariadb", "postgres", "postgresql", "mongo", "mongodb", "redis", "memcache", "memcached"],
  ...["smtp", "submission", "imap", "pop3", "ftp", "ssh", "sftp", "telnet", "ldap", "amqp", "mqtt", "nats", "kafka"],
  ...["zookeeper", "cassandra", "mssql", "oracle", "irc"],
];

const protocols: ReadonlyMap<string, DeclaredProtocol> = new Map<string, DeclaredProtocol>([
  ["http", "http"],
  ["ws", "http"],
  // Over HTTP/1.1 as well as HTTP/2, so the client's own protocol is kept.
  ["grpc-web", "http"],
  ["http2", "http2"],
  ["h2c", "http2"],
  ["grpc", "grpc"],
  ...[...encrypted, ...others].map((name) => [name, "tcp"] as const),
]);

/** `kubernetes.io/h2c` and the like are the same words. */
const prefix = "kubernetes.io/";

function byAppProtocol(appProtocol: string): DeclaredProtocol | undefined {
  const name = appProtocol.startsWith(prefix) ? appProtocol.slice(prefix.length) : appProtocol;
  return protocols.get(name.toLowerCase());
}

/** `grpc-web-api` is `grpc-web`, `grpc-api` is `grpc`. */
function byPortName(portName: string): DeclaredProtocol | undefined {
  const words = portName.split("-");
  return protocols.get(words.slice(0, 2).join("-")) ?? protocols.get(words[0] ?? "");
}

/** Undefined where neither says anything that is known. */
export function declaredProtocol(appProtocol: string, portName: string): DeclaredProtocol | undefined {
  return byAppProtocol(appProtocol) ?? byPortName(portName);
}
