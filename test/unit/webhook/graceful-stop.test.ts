import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "node:tls";
import { test } from "node:test";
import { eventually } from "../../eventually.ts";
import { podNamed, reviewOf } from "./webhook-fixture.ts";
import { ask, NotConnectedError, startLoad, startTestServer } from "./server-fixture.ts";

const body = JSON.stringify(reviewOf(podNamed("web")));
const head = `POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;

test("stopping under load loses no request", async () => {
  const { server, ca, readiness } = await startTestServer({ stopTimes: { grace: 300, drain: 3_000 } });
  const load = startLoad(server.port, ca, 8);
  await eventually("the load runs", () => load.count() > 50);
  const before = load.count();
  const stopped = server.stop();
  assert.equal(readiness.report().ready, false, "not ready at once");
  await eventually("serves on during the grace period", () => load.count() > before + 20);
  await stopped;
  const { answers, errors } = await load.stop();
  assert.deepEqual(errors, []);
  assert.ok(answers.every(({ status }) => status === 200));
  await assert.rejects(ask(server.port, { ca, agent: false }), NotConnectedError);
});

test("while stopping, each answer asks its client to leave the connection", async () => {
  const { server, ca } = await startTestServer({ stopTimes: { grace: 200, drain: 1_000 } });
  assert.notEqual((await ask(server.port, { ca, agent: false, headers: keepAlive })).headers["connection"], "close");
  const stopped = server.stop();
  assert.equal((await ask(server.port, { ca, agent: false, headers: keepAlive })).headers["connection"], "close");
  await stopped;
});

const keepAlive = { "content-type": "application/json", "content-length": body.length, connection: "keep-alive" };

test("a request whose body is still on its way when listening ends is answered", async () => {
  const { server, ca } = await startTestServer({ stopTimes: { grace: 0, drain: 3_000 } });
  const socket = connect({ host: "127.0.0.1", port: server.port, ca });
  await once(socket, "secureConnect");
  socket.write(head + body.slice(0, 100));
  await pause(50);
  const stopped = server.stop();
  await pause(100);
  socket.end(body.slice(100));
  const answer = await readAll(socket);
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /connection: close/i);
  await stopped;
});

test("a connection on which the first request comes only after listening has ended is served", async () => {
  const { server, ca } = await startTestServer({ stopTimes: { grace: 0, drain: 3_000 } });
  const socket = connect({ host: "127.0.0.1", port: server.port, ca });
  await once(socket, "secureConnect");
  const stopped = server.stop();
  await pause(50);
  socket.write(head + body);
  assert.match(await readAll(socket), /^HTTP\/1\.1 200 /);
  await stopped;
});

test("a client that never finishes its request holds the end up for the drain time and no longer", async () => {
  const { server, ca } = await startTestServer({ stopTimes: { grace: 0, drain: 300 } });
  const socket = connect({ host: "127.0.0.1", port: server.port, ca });
  await once(socket, "secureConnect");
  socket.on("error", () => undefined);
  socket.write(head);
  await pause(50);
  const started = performance.now();
  await server.stop();
  const took = performance.now() - started;
  assert.ok(took >= 250 && took < 3_000, `took ${took} ms`);
});

test("a client that never begins its TLS handshake does not hold the end up longer either", async () => {
  const { server } = await startTestServer({ stopTimes: { grace: 0, drain: 300 } });
  const socket = connectPlain(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const started = performance.now();
  await server.stop();
  assert.ok(performance.now() - started < 3_000);
  socket.destroy();
});

test("stopping twice is stopping once", async () => {
  const { server } = await startTestServer();
  assert.equal(server.stop(), server.stop());
  await server.stop();
});

async function readAll(socket: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
