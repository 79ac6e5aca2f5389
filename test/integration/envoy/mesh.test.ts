/**
 * The bootstrap of a mesh's sidecar against the least of a control plane: who may be talked to, who is talking.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ports } from "../../../src/envoy/ports.ts";
import { eventually } from "../../eventually.ts";
import { bootstrapInput } from "../../unit/envoy/sample-input.ts";
import type { Network } from "../iptables/network.ts";
import { createNetwork, places } from "../iptables/network.ts";
import { requireNetworkTools } from "../iptables/requirements.ts";
import type { Agent } from "./agent-client.ts";
import { startAgent } from "./agent-client.ts";
import type { EnvoyProcess } from "./envoy-process.ts";
import { startEnvoy } from "./envoy-process.ts";
import { certificateFor, trustFile } from "./trust-file.ts";

const host = places.remote.IPv4;
const port = 15_012;

describe("a sidecar of a mesh", () => {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-mesh-"));
  let network: Network;
  let envoy: EnvoyProcess;
  let world: Agent;

  /** Replaces a file in one step, as a projected volume does; only that wakes who watches the folder. */
  const replace = (name: string, text: string): void => {
    writeFileSync(join(folder, `${name}.new`), text);
    renameSync(join(folder, `${name}.new`), join(folder, name));
  };
  const serveAs = async (ip: string): Promise<string> => {
    const { pem, cert } = await certificateFor(ip);
    replace("server.pem", pem);
    await world.stop();
    await world.serve("controlPlane", port);
    return cert;
  };
  const tokens = async (): Promise<readonly string[]> =>
    (await world.controlPlaneStreams()).map(({ authorization }) => authorization);

  before(async () => {
    requireNetworkTools();
    network = await createNetwork();
    // The proxy's user must be able to read what is in it.
    chmodSync(folder, 0o755);
    world = startAgent(network.world, "env", `CONTROL_PLANE_PEM=${join(folder, "server.pem")}`);
    // Trusted, but the certificate is one of another server.
    replace("root.yaml", trustFile(await serveAs("192.0.2.99")));
    replace("token", "first-token");
    const controlPlane = { host, port, tokenPath: join(folder, "token"), trustDirectory: folder };
    envoy = startEnvoy(network.pod, bootstrapInput({ controlPlane }));
  });
  after(async () => {
    await envoy.stop();
    await network.close();
    rmSync(folder, { recursive: true });
  });

  test("it does not talk to a server that bears another name, whoever vouches for it", async () => {
    await sleep(1500);
    assert.deepEqual(await world.controlPlaneStreams(), []);
  });

  test("it opens a delta stream with its token once the control plane is back, with trust that was renewed", async () => {
    replace("root.yaml", trustFile(await serveAs(host)));
    await eventually("a stream", async () => (await tokens()).length > 0);
    const [stream] = await world.controlPlaneStreams();
    assert.deepEqual(stream, {
      path: "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
      authorization: "Bearer first-token",
    });
  });

  test("a rotated token is sent with the next stream", async () => {
    replace("token", "second-token");
    await sleep(300);
    await world.endControlPlaneSessions();
    await eventually("the new token", async () => (await tokens()).includes("Bearer second-token"));
  });

  test("it is not ready before the control plane has spoken, and takes no traffic", async () => {
    const inside = startAgent(network.pod);
    const page = await inside.getPage({ host: "127.0.0.1", port: ports.admin, path: "/ready" });
    assert.deepEqual([page.status, page.body], [503, "PRE_INITIALIZING\n"]);
    const inbound = await inside.talk({ host: places.pod.IPv4, port: ports.inbound, send: [], end: false });
    assert.match(inbound.failure ?? "", /ECONNREFUSED/);
  });
});
