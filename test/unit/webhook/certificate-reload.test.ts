import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { once } from "node:events";
import { test } from "node:test";
import { eventually } from "../../eventually.ts";
import { ask, issue, startLoad, startTestServer } from "./server-fixture.ts";

test("the certificate changes five times under load: no request is lost, no connection dropped", async (t) => {
  const { server, ca, authority, replace, registry } = await startTestServer();
  t.after(() => server.stop());
  const load = startLoad(server.port, ca, 8);
  const serials: string[] = [];
  for (let change = 0; change < 5; change += 1) {
    const certificate = await issue(authority, `webhook-${change}`, "webhook.test");
    replace(certificate);
    const { serial, status } = await ask(server.port, { ca, agent: false });
    assert.equal(status, 200);
    assert.equal(
      serial,
      new X509Certificate(certificate.certificate).serialNumber,
      "a new connection gets the new certificate",
    );
    serials.push(serial);
    const before = load.count();
    await eventually("the load goes on", () => load.count() >= before + 50);
  }
  const { answers, errors } = await load.stop();
  assert.deepEqual(errors, []);
  assert.ok(answers.every(({ status }) => status === 200));
  assert.equal(answers.filter(({ reused }) => !reused).length, 8, "the load's own connections are kept");
  assert.equal(new Set(serials).size, 5);
  assert.match(await registry.metrics(), /outrigger_certificate_reloads_total\{result="success"\} 5/);
});

test("a certificate that cannot be used is refused, and the old one goes on", async (t) => {
  const { server, ca, authority, replace, registry, lines } = await startTestServer();
  t.after(() => server.stop());
  const before = await ask(server.port, { ca, agent: false });
  const other = await issue(authority, "webhook", "webhook.test");
  const mine = await issue(authority, "webhook", "webhook.test");
  replace({ certificate: "no PEM", key: "no PEM" });
  replace({ certificate: mine.certificate, key: other.key });
  const after = await ask(server.port, { ca, agent: false });
  assert.equal(after.serial, before.serial);
  assert.match(await registry.metrics(), /outrigger_certificate_reloads_total\{result="failure"\} 2/);
  assert.equal(lines.filter(({ msg }) => msg === "serving certificate refused").length, 2);
});

test("TLS 1.2 is refused, before and after a change of the certificate", async (t) => {
  const { server, ca, authority, replace, registry } = await startTestServer();
  t.after(() => server.stop());
  for (const round of [1, 2]) {
    const socket = connect({ host: "127.0.0.1", port: server.port, ca, maxVersion: "TLSv1.2" });
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    assert.match(String(error.code), /PROTOCOL_VERSION/);
    replace(await issue(authority, `webhook-${round}`, "webhook.test"));
  }
  assert.match(await registry.metrics(), /outrigger_connection_errors_total\{reason="tls"\} 2/);
});
