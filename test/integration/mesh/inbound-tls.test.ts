/**
 * Who may come in: sidecars and others, under each mode of MeshTLS, with live changes of mode, identity and certificates.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { InboundTls } from "../../../src/control-plane/model/workload.ts";
import { ports } from "../../../src/envoy/ports.ts";
import { eventually } from "../../eventually.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { meshAuthority, workloadCertificate } from "../../mesh/mesh-certificates.ts";
import { endpoint, service, workload } from "../../mesh/sample-mesh.ts";
import { at } from "../envoy/sidecar.ts";
import { clientHello } from "./client-hello.ts";
import { elsewhere, podAddress } from "./mesh-network.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, serverPod, startTwoSidecars } from "./two-sidecars.ts";

const clientUri = "spiffe://cluster.local/ns/shop/sa/client";
const vip = "10.96.0.1";
const server = podAddress(2).IPv4;

const elsewhereService = { namespace: "elsewhere", endpoints: [endpoint(serverPod, at.pages)] } as const;

function meshWith(inboundTls: InboundTls, changed: Partial<MeshStatement> = {}): MeshStatement {
  const plain = inboundTls.mode === "disabled";
  const pages = { ...endpoint(serverPod, at.pages), ...(plain ? { identity: undefined } : {}) };
  return {
    services: [service({ namespace: "elsewhere", address: `${vip}:80`, endpoints: [pages] })],
    workloads: [clientPod, workload({ ...serverPod, inboundTls })],
    inspectedPorts: [80],
    opaqueAddresses: [],
    ...changed,
  };
}

const permissive: InboundTls = { mode: "permissive", ports: [] };
const strict: InboundTls = { mode: "strict", ports: [{ port: at.bare, mode: "permissive" }] };

describe("inbound connections", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startTwoSidecars({
      mesh: meshWith(permissive),
      server: { opaquePorts: [{ first: at.opaque, last: at.opaque }] },
    });
  });
  after(() => pods.close());

  const fromMesh = async (): Promise<{ readonly status: number; readonly body: string }> =>
    pods.client.application.getPage({ host: vip, port: 80, path: "/" });
  const fromOutside = async (port: number = at.pages): Promise<{ readonly status: number; readonly body: string }> =>
    pods.world.getPage({
      host: server,
      port,
      path: "/",
      headers: { "x-forwarded-client-cert": "URI=spiffe://forged" },
    });
  const isLogged = (refusal: RegExp): boolean =>
    pods.server.envoy.accessLog().some(({ refused }) => refusal.test(String(refused)));
  const untilInbound = async (what: string, condition: () => Promise<boolean>): Promise<void> =>
    eventually(what, condition);

  describe("permissive", () => {
    test("a sidecar is known by its certificate, anybody else is served in plaintext and is nobody", async () => {
      assert.match((await fromMesh()).body, new RegExp(`URI=${clientUri}`));
      const page = await fromOutside();
      assert.equal(page.status, 200, page.body);
      assert.doesNotMatch(page.body, /x-forwarded-client-cert|forged/);
    });

    test("plaintext of every kind passes: HTTP/2, bytes, an application's own TLS, a server that speaks first", async () => {
      assert.equal((await pods.world.getPageOverHttp2(`http://${server}:${at.grpc}/a`)).body, "GET /a over HTTP/2");
      const hello = "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00";
      for (const bytes of ["hello", hello]) {
        const heard = await pods.world.talk({ host: server, port: at.echo, send: [bytes], end: false, until: bytes });
        assert.equal(heard.failure, undefined);
      }
      for (const port of [at.opaque, at.undeclared]) {
        // A client that ends its half while Envoy still looks at its first bytes is taken for one that has gone away.
        const heard = await pods.world.talk({ host: server, port, send: ["one\r\n", "two"], pauseMs: 300, end: true });
        assert.match(heard.text, /^welcome .*\none\r\ntwogoodbye\n$/);
        const silent = await pods.world.talk({ host: server, port, send: [], end: false, until: "welcome" });
        assert.equal(silent.failure, undefined);
      }
      assert.ok(!isLogged(/TLS/));
    });
  });

  describe("permissive, on a port that takes requests by what its Services say", () => {
    const taking: Partial<MeshStatement> = {
      requestPorts: { [`${serverPod.namespace}/${serverPod.name}`]: [at.pages] },
    };
    const forged =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nx-forwarded-client-cert: URI=spiffe://forged\r\n\r\n";
    /** A client that says nothing for longer than a sidecar waits to see what it is. */
    const late = async (port: number, bytes: string): Promise<string> =>
      (await pods.world.talk({ host: server, port, send: ["", bytes], pauseMs: 900, end: false })).text;

    test("what a late client forges is believed where nobody says what the port takes", async () => {
      assert.match(await late(at.pages, forged), /forged/);
    });

    test("and is removed where its Service says that it takes requests; requests under way are not disturbed", async () => {
      const connection = await pods.world.connectTo();
      const ask = async (): Promise<number> =>
        (await pods.world.ask(connection, { host: server, port: at.pages, path: "/" })).localPort;
      const before = await ask();
      await pods.controlPlane.state(meshWith(permissive, taking));
      await eventually("a late client is known", async () => !(await late(at.pages, forged)).includes("forged"));
      assert.match(await late(at.pages, forged), /^HTTP\/1\.1 200/);
      assert.equal(await ask(), before);
      await pods.world.hangUp(connection);
    });

    test("sidecars are known by their certificates there, other ports take what they took, TLS passes", async () => {
      assert.match((await fromMesh()).body, new RegExp(`URI=${clientUri}`));
      const silent = await pods.world.talk({
        host: server,
        port: at.undeclared,
        send: [],
        end: false,
        until: "welcome",
      });
      assert.equal(silent.failure, undefined);
      assert.match(await late(at.pages, "hello\r\n\r\n"), /^HTTP\/1\.1 400/);
      await pods.controlPlane.state(meshWith(permissive));
    });
  });

  describe("strict", () => {
    before(async () => {
      await pods.controlPlane.state(meshWith(strict));
      await untilInbound("plaintext is refused", async () => (await fromOutside()).status === 0);
    });

    test("sidecars are served, others are refused, counted and logged with the reason", async () => {
      assert.match((await fromMesh()).body, new RegExp(`URI=${clientUri}`));
      const refused = await pods.world.talk({ host: server, port: at.opaque, send: ["one"], end: false });
      assert.equal(refused.text, "");
      const page = await pods.world.getPage({ host: server, port: ports.stats, path: "/stats/prometheus" });
      assert.match(page.body, /envoy_tcp_downstream_cx_no_route\{envoy_tcp_prefix="inbound-refused"\} [1-9]/);
      await eventually("the reason is logged", () => isLogged(/^plaintext, on a port where MeshTLS is strict/));
      const tls = await pods.world.talk({ host: server, port: at.tls, send: [await clientHello()], end: false });
      assert.equal(tls.text, "");
      await eventually("so is that of TLS", () =>
        isLogged(/^TLS that is no sidecar's, on a port where MeshTLS is strict/),
      );
    });

    test("a port may be an exception", async () => {
      const send = ["GET / HTTP/1.1\r\nHost: a\r\n\r\n"];
      const heard = await pods.world.talk({ host: server, port: at.bare, send, end: false, until: "hello" });
      assert.match(heard.text, /^HTTP\/1.1 299/);
    });

    test("the kubelet's and Prometheus' own ports stay open", async () => {
      const page = await pods.world.getPage({ host: server, port: ports.health, path: "/healthz/ready" });
      assert.equal(page.status, 200);
    });
  });

  test("disabled: what comes is passed on, and clients do not offer TLS", async () => {
    await pods.controlPlane.state(meshWith({ mode: "disabled", ports: [] }));
    await untilInbound("plaintext is taken", async () => (await fromOutside()).status === 200);
    await untilInbound("the client sends plaintext", async () => {
      const { status, body } = await fromMesh();
      assert.equal(status, 200, body);
      return !body.includes("x-forwarded-client-cert");
    });
  });

  test("flips lose no request of a sidecar, in either direction", async () => {
    const flips = (async () => {
      for (const inboundTls of [permissive, strict, permissive, strict]) {
        await pods.controlPlane.state(meshWith(inboundTls));
        await sleep(300);
      }
      return "over";
    })();
    const answers: number[] = [];
    while ((await Promise.race([flips, sleep(1)])) !== "over") answers.push((await fromMesh()).status);
    assert.deepEqual([...new Set(answers)], [200], `${answers.length} requests`);
  });

  test("a client whose certificate is not of the mesh is refused, and that is logged; with a renewed one it is served", async () => {
    // Connections that are open keep the certificate that they were opened with, so each attempt is at a fresh address.
    const fresh = Array.from({ length: 200 }, (_, index) => `10.96.1.${index}`);
    const services = fresh.map((ip) => service({ ...elsewhereService, address: `${ip}:80` }));
    await pods.controlPlane.state(meshWith(strict, { services }));
    const { trustBundle, certificates } = pods.start;
    const rogue = await workloadCertificate(await meshAuthority("rogue root"), clientUri);
    const isServed = async (): Promise<boolean> => {
      const host = fresh.pop() ?? vip;
      return (await pods.client.application.getPage({ host, port: 80, path: "/" })).status === 200;
    };
    await eventually("the client is served", isServed);
    await pods.controlPlane.renew({ trustBundle, certificates: { ...certificates, [clientUri]: rogue } });
    await eventually("the rogue is refused", async () => !(await isServed()));
    const isHandshake = ({ refused }: Readonly<Record<string, unknown>>): boolean => /handshake/.test(String(refused));
    await eventually("the server's sidecar logs it", () => pods.server.envoy.accessLog().some(isHandshake));
    const line = pods.server.envoy.accessLog().find(isHandshake) ?? {};
    assert.match(String(line["downstream_failure"]), /CERTIFICATE_VERIFY_FAILED/);
    assert.equal(line["claimed_peer"], clientUri);
    assert.equal(line["direction"], "inbound");
    assert.equal(line["original_destination"], `${server}:${at.pages}`);
    assert.match(String(line["downstream_remote"]), new RegExp(`^${podAddress(1).IPv4}:`));
    await pods.controlPlane.renew({ trustBundle, certificates });
    await eventually("the client is served again", isServed);
  });

  test("a Service comes, changes and goes while it is called", async () => {
    await pods.controlPlane.state(meshWith(permissive));
    const address = elsewhere.private;
    const call = async (): Promise<number> =>
      (await pods.client.application.getPage({ host: address, port: 80, path: "/" })).status;
    const said = (target: number | undefined): MeshStatement => {
      const mesh = meshWith(permissive);
      if (target === undefined) return mesh;
      const added = service({
        namespace: "elsewhere",
        address: `${address}:80`,
        service: "late",
        endpoints: [endpoint(serverPod, target)],
      });
      return { ...mesh, services: [...mesh.services, added] };
    };
    // No pod and no Service has the address; the machine that has it does not serve that port.
    assert.equal(await call(), 503);
    await pods.controlPlane.state(said(at.pages));
    await eventually("the Service is found", async () => (await call()) === 200);
    await pods.controlPlane.state(said(at.bare));
    await eventually("its new endpoint is", async () => (await call()) === 299);
    await pods.controlPlane.state(said(undefined));
    await eventually("it is gone", async () => (await call()) === 503);
    await pods.controlPlane.state(said(at.pages));
    await eventually("it is back", async () => (await call()) === 200);
  });

  test("no configuration was refused", async () => {
    const lines = await pods.controlPlane.logged();
    assert.deepEqual(
      lines.filter(({ msg }) => msg === "proxy refused resources"),
      [],
    );
    for (const { envoy } of [pods.client, pods.server]) assert.doesNotMatch(envoy.log(), /rejected|deprecated/i);
  });
});
