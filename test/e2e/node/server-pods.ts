/**
 * Pods with real servers from Debian's packages, of the image `outrigger.test/servers`.
 */

/** A pod of that image, which does nothing until it is told to, unless it is given a command. */
export function serversPod(name: string, container: object = { command: ["sleep", "1000000"] }): object {
  const image = { name: "server", image: "outrigger.test/servers:1", imagePullPolicy: "IfNotPresent" };
  const spec = { terminationGracePeriodSeconds: 0, containers: [{ ...image, ...container }] };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, labels: { app: name } }, spec };
}

/** PostgreSQL refuses to run as root. */
const securityContext = { runAsUser: 65532 };

const startPostgresql = `initdb --pgdata /tmp/data --username postgres --auth trust --no-locale --encoding UTF8 &&
  echo 'host all all all trust' >>/tmp/data/pg_hba.conf &&
  exec postgres -D /tmp/data -k /tmp -c listen_addresses='*'`;

function readyWhen(...command: readonly string[]): object {
  return { readinessProbe: { exec: { command }, periodSeconds: 1, timeoutSeconds: 5 } };
}

export const redisServer = serversPod("redis", {
  command: ["redis-server", "--save", "", "--protected-mode", "no"],
  securityContext,
  ...readyWhen("redis-cli", "ping"),
});

export const postgresqlServer = serversPod("postgresql", {
  command: ["sh", "-c", startPostgresql],
  securityContext,
  ...readyWhen("psql", "-h", "/tmp", "-U", "postgres", "-c", "SELECT 1"),
});

/** Exim appends each mail to /var/spool/exim4/delivered. */
export const mailServer = serversPod("mail", {
  command: ["exim4", "-bdf"],
  ...readyWhen("sh", "-c", "sleep 0.5 | nc localhost 25 | grep '^220 '"),
});
