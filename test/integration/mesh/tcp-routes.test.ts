/**
 * Connections to a port that a TCPRoute has, on a real sidecar. All endpoints are ports of one pod, each a server that says
 * first which it is.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Endpoint, ServiceDestination, Share } from "../../../src/control-plane/model/destination.ts";
import { workloadIdentity } from "../../../src/control-plane/model/identity.ts";
import { endpointsOfShares } from "../../../src/control-plane/model/tcp-routes/tcp-split.ts";
import { connectionPolicy, mergeGroups } from "../../../src/control-plane/model/traffic-policy.ts";
import { eventually } from "../../eventually.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { trustDomain } from "../../mesh/fake-mesh.ts";
import { endpoint, service } from "../../mesh/sample-mesh.ts";
import { refused } from "../envoy/dialled-connections.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, serverPod, startTwoSidecars } from "./two-sidecars.ts";

const blue = [7001, 7002, 7003];
const green = [7011];
const port = 7000;

const own = (ports: readonly number[]): readonly Endpoint[] => ports.map((number) => endpoint(serverPod, number));

function share(backend: string, weight: number, endpoints: readonly Endpoint[]): Share {
  return { backend: `data/${backend}:${port}`, weight, reach: "cluster", endpoints };
}

function shared(ip: string, shares: readonly Share[], changed: Partial<ServiceDestination> = {}): ServiceDestination {
  const address = `${ip}:${port}`;
  const endpoints = endpointsOfShares(shares);
  return service({
    namespace: "data",
    service: `at-${ip}`,
    port,
    address,
    protocol: "tcp",
    endpoints,
    shares,
    ...changed,
  });
}

function mesh(...services: readonly ServiceDestination[]): MeshStatement {
  return { services, workloads: [clientPod, serverPod], inspectedPorts: [], opaqueAddresses: [] };
}

/** Whether a share of the connections is one that chance alone would miss once in a million. */
function assertShare(count: number, all: number, expected: number): void {
  const bound = 5 * Math.sqrt(all * expected * (1 - expected));
  assert.ok(Math.abs(count - all * expected) <= bound, `${count} of ${all} instead of ${expected}`);
}

/** By group of ports. */
function tally(counts: Readonly<Record<string, number>>): Readonly<Record<"blue" | "green" | "refused", number>> {
  const sum = (words: readonly string[]): number => words.reduce((all, word) => all + (counts[word] ?? 0), 0);
  const words = (ports: readonly number[]): readonly string[] => ports.map((number) => `port ${number}`);
  const [ofBlue, ofGreen, ofNone] = [sum(words(blue)), sum(words(green)), counts[refused] ?? 0];
  assert.equal(ofBlue + ofGreen + ofNone, sum(Object.keys(counts)), JSON.stringify(counts));
  return { blue: ofBlue, green: ofGreen, refused: ofNone };
}

describe("a port that a TCPRoute has", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startTwoSidecars({ mesh: mesh() });
    for (const number of [...blue, ...green]) await pods.server.application.serve("namingServer", number);
  });
  after(() => pods.close());

  const dial = async (host: string, count: number): Promise<ReturnType<typeof tally>> =>
    tally(await pods.client.application.dial({ host, port }, count));

  test("each backend has its share, however many endpoints it has, over mTLS", async () => {
    await pods.controlPlane.state(
      mesh(shared("10.96.4.1", [share("blue", 80, own(blue)), share("green", 20, own(green))])),
    );
    const counts = await pods.client.application.dial({ host: "10.96.4.1", port }, 600);
    const { blue: ofBlue, green: ofGreen, refused: none } = tally(counts);
    assert.equal(none, 0);
    assertShare(ofGreen, 600, 0.2);
    for (const number of blue) assertShare(counts[`port ${number}`] ?? 0, ofBlue, 1 / 3);
    await eventually("the connections are logged", () => pods.client.envoy.accessLog().length >= 600);
    const peers = new Set(pods.client.envoy.accessLog().map((line) => line["upstream_peer"]));
    assert.deepEqual([...peers], [workloadIdentity(trustDomain, serverPod.namespace, serverPod.serviceAccount)]);
  });

  test("endpoints that two backends have get their part of both", async () => {
    const all = own([...blue, ...green]);
    await pods.controlPlane.state(mesh(shared("10.96.4.2", [share("all", 60, all), share("green", 40, own(green))])));
    const { green: ofGreen, refused: none } = await dial("10.96.4.2", 600);
    assert.equal(none, 0);
    assertShare(ofGreen, 600, 0.4 + 0.6 / 4);
  });

  test("the share of a backend that is missing or has no endpoints is refused, also where a policy checks endpoints", async () => {
    const health = connectionPolicy(
      mergeGroups([
        {
          healthCheck: {
            probe: { kind: "tcp" },
            intervalMs: 1000,
            timeoutMs: 1000,
            healthyThreshold: 1,
            unhealthyThreshold: 1,
          },
        },
      ]),
    );
    const shares = [share("blue", 50, own(blue)), share("missing", 25, []), share("empty", 25, [])];
    await pods.controlPlane.state(
      mesh(shared("10.96.4.3", shares), shared("10.96.4.4", shares, { balancing: health })),
    );
    for (const host of ["10.96.4.3", "10.96.4.4"]) {
      const counts = await dial(host, 600);
      assertShare(counts.refused, 600, 0.5);
      assert.equal(counts.green, 0);
      await eventually("the refused ones are in the log, with the sidecar's own port", () =>
        pods.client.envoy
          .accessLog()
          .some(
            (line) => line["original_destination"] === `${host}:${port}` && line["upstream_host"] === "127.0.0.1:15001",
          ),
      );
    }
    await pods.controlPlane.state(mesh(shared("10.96.4.3", [share("missing", 1, [])])));
    await eventually("all are refused", async () => (await dial("10.96.4.3", 20)).refused === 20);
    await pods.controlPlane.state(mesh(shared("10.96.4.3", [share("blue", 0, own(blue))])));
    await eventually("all are still refused", async () => (await dial("10.96.4.3", 20)).refused === 20);
  });

  test("shares change, a backend joins and the route goes, and no open connection is cut", async () => {
    const host = "10.96.4.5";
    const state = async (blueWeight: number, greenWeight: number): Promise<void> =>
      pods.controlPlane.state(
        mesh(shared(host, [share("blue", blueWeight, own(blue)), share("green", greenWeight, own(green))])),
      );
    await state(100, 0);
    const held = await Promise.all(
      Array.from({ length: 12 }, async () => pods.client.application.hold({ host, port })),
    );
    const assertHeld = async (): Promise<void> => {
      for (const { id, by } of held) {
        assert.match(by, /^port 700[123]$/);
        assert.equal(await pods.client.application.exchange(id, `hello ${id}`), `hello ${id}`);
      }
    };
    await assertHeld();
    await state(50, 50);
    await eventually("both answer", async () => (await dial(host, 20)).green > 0);
    await assertHeld();
    await state(0, 100);
    await eventually("green has them all", async () => (await dial(host, 20)).green === 20);
    assert.deepEqual(await dial(host, 200), { blue: 0, green: 200, refused: 0 });
    await assertHeld();
    // Another identity: the cluster itself is another one.
    const plain = { ...endpoint(serverPod, 7011), identity: workloadIdentity(trustDomain, "data", "nobody") };
    await pods.controlPlane.state(mesh(shared(host, [share("blue", 1, own(blue)), share("new", 0, [plain])])));
    await eventually("blue has them all", async () => (await dial(host, 20)).blue === 20);
    await assertHeld();
    await pods.controlPlane.state(
      mesh(
        service({
          namespace: "data",
          service: `at-${host}`,
          port,
          address: `${host}:${port}`,
          protocol: "tcp",
          endpoints: own(green),
        }),
      ),
    );
    await eventually("the Service's own endpoints have them all", async () => (await dial(host, 20)).green === 20);
    await assertHeld();
  });

  test("an endpoint with the identity of another backend is refused", async () => {
    const [, ...others] = own(blue);
    const impostor = { ...endpoint(serverPod, 7001), identity: workloadIdentity(trustDomain, "data", "vault") };
    const host = "10.96.4.6";
    await pods.controlPlane.state(mesh(shared(host, [share("vault", 50, [impostor]), share("blue", 50, others)])));
    const counts = await pods.client.application.dial({ host, port }, 100);
    assert.equal(counts["port 7001"], undefined);
    assert.ok((counts["port 7002"] ?? 0) > 0);
    await eventually("the refusal is counted", async () => {
      const stats = await pods.client.admin("/stats?filter=ssl.fail_verify_san");
      return /fail_verify_san: [1-9]/.test(stats);
    });
  });

  test("session affinity: a client stays with one endpoint", async () => {
    const host = "10.96.4.7";
    const shares = [share("blue", 80, own(blue)), share("green", 20, own(green))];
    await pods.controlPlane.state(mesh(shared(host, shares, { sticky: true })));
    const counts = await pods.client.application.dial({ host, port }, 40);
    assert.deepEqual(Object.values(counts), [40]);
  });
});
