/**
 * Clients that break off, stall, or speak another protocol: each is counted and let go, and the next one is served.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { connect } from "node:tls";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { webhookTimeouts } from "../../../src/webhook/limits.ts";
import { eventually } from "../../eventually.ts";
import type { RunningWebhook } from "./server-fixture.ts";
import { ask, startTestServer } from "./server-fixture.ts";

let running: RunningWebhook;
before(async () => {
  running = await startTestServer();
});
after(() => running.server.stop());

async function counted(metric: string): Promise<boolean> {
  return (await running.registry.metrics()).includes(metric);
}

async function assertServing(): Promise<void> {
  assert.equal((await ask(running.server.port, { ca: running.ca, agent: false })).status, 200);
}

async function secureSocket() {
  const socket = connect({ host: "127.0.0.1", port: running.server.port, ca: running.ca });
  await once(socket, "secureConnect");
  return socket;
}

/** Everything that comes until the server closes the connection. */
async function readToEnd(socket: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket) chunks.push(chunk);
  } catch {
    // Cut off: what has come until then counts.
  }
  return Buffer.concat(chunks).toString();
}

test("plain HTTP on the TLS port", async () => {
  const socket = connectPlain(running.server.port, "127.0.0.1");
  socket.write("POST /mutate HTTP/1.1\r\nHost: x\r\n\r\n");
  await readToEnd(socket);
  await eventually("counted", () => counted('outrigger_connection_errors_total{reason="tls"} 1'));
  await assertServing();
});

test("a connection that is dropped during the handshake", async () => {
  const socket = connectPlain(running.server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.resetAndDestroy();
  await eventually("counted", () => counted('outrigger_connection_errors_total{reason="reset"} 1'));
  await assertServing();
});

test("something that is no HTTP, inside TLS, gets a last answer", async () => {
  const socket = await secureSocket();
  socket.write("\u0016\u0003 hello\r\n\r\n");
  assert.match(await readToEnd(socket), /^HTTP\/1\.1 400 Bad Request\r\n[^]*"kind":"Status"/);
  await eventually("counted", () => counted('outrigger_connection_errors_total{reason="http"} 1'));
  await assertServing();
});

test("a request that is broken off in its body", async () => {
  const socket = await secureSocket();
  socket.write("POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
  await eventually("begun", () => counted("outrigger_admission_in_flight 1"));
  socket.destroy();
  await eventually("over", () => counted("outrigger_admission_in_flight 0"));
  await assertServing();
});

test("a body that is longer than its Content-Length says is answered", async () => {
  const socket = await secureSocket();
  const head = "POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
  socket.write(`${head}{}trailing`);
  assert.match(await readToEnd(socket), /^HTTP\/1\.1 400 /);
  await assertServing();
});

test("a stalled upload is answered before the API server gives up", async () => {
  const stalled = await secureSocket();
  stalled.write("POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
  const started = performance.now();
  assert.match(await readToEnd(stalled), /^HTTP\/1\.1 4\d\d /);
  const took = performance.now() - started;
  assert.ok(took > 2_000 && took < 5_000, `took ${took} ms`);
  await assertServing();
});

test("a connection that waits in a client's pool without having been used can be used after any time", async () => {
  const unused = await secureSocket();
  await sleep(webhookTimeouts.request + 3 * webhookTimeouts.checkInterval);
  unused.write("GET /mutate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.match(await readToEnd(unused), /^HTTP\/1\.1 405 /);
  assert.ok(!(await counted('outrigger_connection_errors_total{reason="timeout"} 2')), "that is no error");
});
