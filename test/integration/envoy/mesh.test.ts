/**
 * The bootstrap of a mesh's sidecar against the least of a control plane: who may be talked to, who is talking.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { generate } from "selfsigned";
import { ports } from "../../../src/envoy/ports.ts";
import { eventually } from "../../eventually.ts";
import { bootstrapInput } from "../../unit/envoy/sample-input.ts";
import type { Network } from "../iptables/network.ts";
import { createNetwork, places } from "../iptables/network.ts";
import type { Agent } from "./agent-client.ts";
import { startAgent } from "./agent-client.ts";
import type { EnvoyProcess } from "./envoy-process.ts";
import { startEnvoy } from "./envoy-process.ts";

const host = places.remote.IPv4;
const port = 15_012;

/** Key and certificate of a control plane at that address. */
async function certificateFor(ip: string): Promise<{ readonly pem: string; readonly cert: string }> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "control plane" }], {
    keyType: "ec",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip }] },
    ],
  });
  return { pem: `${key}\n${cert}`, cert };
}

describe("a sidecar of a mesh", () => {
  let network: Network;
  let envoy: EnvoyProcess;
  let world: Agent;
  const folder = mkdtempSync(join(tmpdir(), "outrigger-mesh-"));
  const file = (name: string): string => join(folder, name);

  const trust = (cert: string): void => {
    const validation = { trusted_ca: { inline_string: cert } };
    const resource = {
      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
      name: "control-plane-trust",
      validation_context: validation,
    };
    writeFileSync(file("root.yaml"), JSON.stringify({ resources: [resource] }));
  };
  const start = (): void => {
    const controlPlane = { host, port, tokenPath: file("token"), trustDirectory: folder };
    envoy = startEnvoy(network.pod, bootstrapInput({ controlPlane }));
  };
  const serveWith = async (pem: string): Promise<void> => {
    writeFileSync(file("server.pem"), pem);
    world = startAgent(network.world, "env", `CONTROL_PLANE_PEM=${file("server.pem")}`);
    await world.serve("controlPlane", port);
  };

  before(async () => {
    network = await createNetwork();
    const { pem, cert } = await certificateFor(host);
    // Projected volumes are readable for the proxy's user.
    writeFileSync(file("token"), "first-token");
    trust(cert);
    await import("node:fs").then(({ chmodSync }) => {
      chmodSync(folder, 0o755);
    });
    await serveWith(pem);
    start();
  });
  after(async () => {
    await envoy.stop();
    await network.close();
    rmSync(folder, { recursive: true });
  });

  test("it opens one delta stream with its token", async () => {
    await eventually("a stream", async () => (await world.controlPlaneStreams()).length > 0);
    const [stream] = await world.controlPlaneStreams();
    assert.deepEqual(stream, {
      path: "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
      authorization: "Bearer first-token",
    });
  });

  test("it is not ready before the control plane has spoken, and has no listener for traffic", async () => {
    await sleep(500);
    const agent = startAgent(network.pod);
    const page = await agent.getPage({ host: "127.0.0.1", port: ports.admin, path: "/ready" });
    assert.deepEqual([page.status, page.body], [503, "PRE_INITIALIZING\n"]);
    const inbound = await agent.talk({ host: places.pod.IPv4, port: ports.inbound, send: [], end: false });
    assert.match(inbound.failure ?? "", /ECONNREFUSED/);
  });

  test("it tells a control plane that is named otherwise from its own", async () => {
    await envoy.stop();
    const { pem, cert } = await certificateFor("192.0.2.99");
    trust(cert);
    await serveWith(pem).catch(() => undefined);
    start();
    await sleep(1500);
    assert.deepEqual(await world.controlPlaneStreams(), []);
  });
});
