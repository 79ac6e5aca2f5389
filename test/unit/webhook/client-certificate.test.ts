import assert from "node:assert/strict";
import { test } from "node:test";
import { OutriggerError } from "../../../src/errors.ts";
import { ask, createAuthority, issue, startTestServer } from "./server-fixture.ts";

const clients = await createAuthority("clients' CA");
const strangers = await createAuthority("strangers' CA");
const apiServer = await issue(clients, "kube-apiserver", "apiserver.test");
const stranger = await issue(strangers, "kube-apiserver", "apiserver.test");

async function answerTo(client: typeof apiServer | undefined, names: readonly string[]) {
  const { server, ca, registry, lines } = await startTestServer({ clients: { ca: clients.certificate, names } });
  const identity = client === undefined ? {} : { cert: client.certificate, key: client.key };
  const answer = await ask(server.port, { ca, agent: false, ...identity });
  await server.stop();
  return { answer, lines, metrics: await registry.metrics() };
}

test("without a certificate: 401 that says what to do, counted", async () => {
  const { answer, metrics } = await answerTo(undefined, []);
  assert.equal(answer.status, 401);
  assert.match(answer.body, /"kind":"Status".*no certificate of the client CA.*AdmissionConfiguration/);
  assert.match(metrics, /\{result="invalid",reason="unauthenticated"\} 1/);
});

test("with a certificate of another CA: 401", async () => {
  assert.equal((await answerTo(stranger, [])).answer.status, 401);
});

test("with a certificate of the CA: answered", async () => {
  assert.equal((await answerTo(apiServer, [])).answer.status, 200);
});

test("with one of the names, as common name or DNS name: answered", async () => {
  assert.equal((await answerTo(apiServer, ["other", "kube-apiserver"])).answer.status, 200);
  assert.equal((await answerTo(apiServer, ["apiserver.test"])).answer.status, 200);
});

test("with none of the names: 403, counted", async () => {
  const { answer, metrics } = await answerTo(apiServer, ["kube-apiserver.evil", "*.test", "127.0.0.1", ""]);
  assert.equal(answer.status, 403);
  assert.match(metrics, /\{result="invalid",reason="forbidden"\} 1/);
});

test("a resumed TLS session and a changed serving certificate keep the check in force", async (t) => {
  const running = await startTestServer({ clients: { ca: clients.certificate, names: ["kube-apiserver"] } });
  t.after(() => running.server.stop());
  running.replace(await issue(running.authority, "webhook", "webhook.test"));
  const identity = { cert: apiServer.certificate, key: apiServer.key };
  assert.equal((await ask(running.server.port, { ca: running.ca, agent: false, ...identity })).status, 200);
  assert.equal((await ask(running.server.port, { ca: running.ca, agent: false })).status, 401);
});

test("a client CA that is no certificate is refused at start", async () => {
  await assert.rejects(
    startTestServer({ clients: { ca: "no PEM", names: [] } }),
    (error) => error instanceof OutriggerError && error.code === "OUTRIGGER_CLIENT_CA_INVALID",
  );
});

test("a port that is taken is refused at start", async (t) => {
  const { server } = await startTestServer();
  t.after(() => server.stop());
  await assert.rejects(
    startTestServer({ port: server.port }),
    (error) =>
      error instanceof OutriggerError && error.code === "OUTRIGGER_LISTEN_FAILED" && /EADDRINUSE/.test(error.message),
  );
});
