import assert from "node:assert/strict";
import { Agent, createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import { TLSSocket } from "node:tls";
import { CurrentCertificate } from "../../../src/certificates/current-certificate.ts";
import type { CertificateSource, ServingCertificate } from "../../../src/certificates/certificate-source.ts";
import { issueAuthority, issueLeaf, loopbackNames } from "../../../src/certificates/issue.ts";
import { serveCurrentCertificate } from "../../../src/certificates/serve-current-certificate.ts";
import { systemClock } from "../../../src/clock.ts";

async function makeCertificate(): Promise<ServingCertificate> {
  const authority = await issueAuthority(1, Date.now(), 3_600_000);
  return { ...(await issueLeaf(authority, loopbackNames, Date.now(), 60_000)), caBundle: authority.certificate };
}

function sourceOf(current: CurrentCertificate): CertificateSource {
  return {
    start: () => Promise.resolve(),
    current: () => current.get(),
    healthy: () => current.isHealthy(),
    onChange: (listener) => current.onChange(listener),
    stop: () => undefined,
  };
}

interface Answer {
  readonly body: string;
  readonly protocol: string | null;
  /** SHA-256 of the certificate that the connection was made with. */
  readonly fingerprint: string;
}

function ask(port: number, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, agent }, (response) => {
      const { socket } = response;
      assert.ok(socket instanceof TLSSocket);
      const { fingerprint256 } = socket.getPeerCertificate();
      const protocol = socket.getProtocol();
      let body = "";
      response.on("data", (chunk) => (body += String(chunk)));
      response.on("end", () => {
        resolve({ body, protocol, fingerprint: fingerprint256 });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

it("a server takes a new certificate without dropping a connection", async (t) => {
  const [before, after] = await Promise.all([makeCertificate(), makeCertificate()]);
  const current = new CurrentCertificate(systemClock);
  const slow = Promise.withResolvers<undefined>();
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    if (requests !== 2) response.end("quick");
    else {
      response.write("slow ");
      void slow.promise.then(() => response.end("but whole"));
    }
  });
  const end = serveCurrentCertificate(server, sourceOf(current));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  t.after(() => {
    end();
    server.closeAllConnections();
    server.close();
  });
  const kept = new Agent({ keepAlive: true, maxSockets: 1, ca: before.caBundle });
  await assert.rejects(ask(port, new Agent({ ca: before.caBundle })), "there is no certificate yet");

  current.set(before);
  const first = await ask(port, kept);
  assert.deepEqual([first.body, first.protocol], ["quick", "TLSv1.3"]);
  const inFlight = ask(port, kept);
  await new Promise((resolve) => setTimeout(resolve, 30));
  current.set(after);
  slow.resolve(undefined);
  assert.deepEqual(await inFlight, { ...first, body: "slow but whole" });
  assert.deepEqual(await ask(port, kept), first, "a kept connection goes on with its certificate");

  const fresh = await ask(port, new Agent({ ca: after.caBundle }));
  assert.notEqual(fresh.fingerprint, first.fingerprint);
  await assert.rejects(ask(port, new Agent({ ca: before.caBundle })), "new connections get the new one");
  await assert.rejects(ask(port, new Agent({ ca: after.caBundle, maxVersion: "TLSv1.2" })), "nothing older than 1.3");
});
