/**
 * Servers that users run and whose clients say nothing that a proxy could tell the protocol by: Redis, PostgreSQL and a mail
 * server, with their own clients, each through the proxies of both pods.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "../../eventually.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { applicationService } from "./application.ts";
import { awaitInstallation } from "./installation.ts";
import { execIn, execOk, run } from "./running-pods.ts";
import { mailServer, postgresqlServer, redisServer, serversPod } from "./server-pods.ts";
import { expectTraffic, throughBoth } from "./watched-traffic.ts";

const namespaces = createTestNamespaces("server-first");
let namespace = "";

before(async () => {
  await awaitInstallation();
  namespace = await namespaces.create(injectionEnabled);
  const services = [
    applicationService("redis", { ports: [{ port: 6379 }] }),
    applicationService("postgresql", { ports: [{ port: 5432 }] }),
    applicationService("mail", { ports: [25, 2525].map((port) => ({ name: `p${port}`, port })) }),
  ];
  await run(namespace, ...services, redisServer, postgresqlServer, mailServer, serversPod("client"));
});
after(async () => namespaces.deleteAll());

/** What a client prints that makes so many connections to a server. */
async function talk(server: string, command: readonly string[], connections = 1): Promise<string> {
  const expected = throughBoth("client", server, { connections });
  return expectTraffic(namespace, expected, async () => execOk({ namespace, pod: "client" }, command));
}

const redis = (...command: readonly string[]): readonly string[] => ["redis-cli", "-h", "redis", ...command];
const psql = (sql: string): readonly string[] => ["psql", "-h", "postgresql", "-U", "postgres", "-qAtc", sql];

scenario("server first: Redis takes values, gives them back, and counts what it was told at once", async () => {
  assert.equal(await talk("redis", redis("SET", "greeting", "ahoy")), "OK\n");
  assert.equal(await talk("redis", redis("GET", "greeting")), "ahoy\n");
  const pipelined = "for i in $(seq 1000); do echo INCR count; done | redis-cli -h redis | tail -n 1";
  assert.equal(await talk("redis", ["sh", "-c", pipelined]), "1000\n");
});

scenario("server first: a subscriber of Redis hears what is published later", async () => {
  const script = `(timeout 10 redis-cli -h redis SUBSCRIBE news >/tmp/news & echo $! >/tmp/subscriber)
    until grep -q subscribe /tmp/news; do sleep 0.1; done
    redis-cli -h redis PUBLISH news land-ho
    until grep -q land-ho /tmp/news; do sleep 0.1; done
    kill $(cat /tmp/subscriber)`;
  assert.equal(await talk("redis", ["timeout", "10", "sh", "-c", script], 2), "1\n");
});

scenario("server first: PostgreSQL runs transactions and returns many rows", async () => {
  assert.match(await talk("postgresql", psql("SELECT version()")), /^PostgreSQL \d+/);
  const sql = `BEGIN; CREATE TABLE sails (id int PRIMARY KEY, area numeric);
    INSERT INTO sails SELECT id, id * 1.5 FROM generate_series(1, 10000) AS id; COMMIT; SELECT * FROM sails ORDER BY id`;
  const rows = (await talk("postgresql", psql(sql))).trim().split("\n");
  assert.equal(rows.length, 10_000);
  assert.equal(rows.at(-1), "10000|15000.0");
});

scenario("server first: PostgreSQL says what is wrong", async () => {
  const { code, stderr } = await execIn({ namespace, pod: "client" }, psql("SELECT * FROM nowhere"));
  assert.equal(code, 1);
  assert.match(stderr, /relation "nowhere" does not exist/);
});

for (const [port, what] of [
  [25, "on its own port"],
  [2525, "on a port that nobody has declared"],
] as const) {
  scenario(`server first: mail is sent by SMTP ${what}`, async () => {
    const subject = `by port ${port}`;
    const sendMail = `printf 'Subject: ${subject}\\n\\nAhoy.\\n' | msmtp --host=mail --port=${port} --auth=off --tls=off \\
      --from=ann@example.test bob@example.test`;
    await talk("mail", ["sh", "-c", sendMail]);
    await eventually("delivered", async () => {
      const { stdout } = await execIn({ namespace, pod: "mail" }, ["cat", "/var/spool/exim4/delivered"]);
      return stdout.includes(`Subject: ${subject}\n\nAhoy.\n`);
    });
  });
}
