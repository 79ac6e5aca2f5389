/**
 * Which endpoint a client's sidecar uses, by where the client is: hints, internalTrafficPolicy and session affinity. All
 * endpoints are ports of one pod; the client's access log tells which one was called.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Endpoint, EndpointHints, ServiceDestination } from "../../../src/control-plane/model/destination.ts";
import type { Workload } from "../../../src/control-plane/model/workload.ts";
import { eventually } from "../../eventually.ts";
import type { MeshStatement } from "../../mesh/fake-mesh.ts";
import { endpoint, service, workload } from "../../mesh/sample-mesh.ts";
import { at } from "../envoy/sidecar.ts";
import { elsewhere, podAddress } from "./mesh-network.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, serverPod, startTwoSidecars } from "./two-sidecars.ts";

const server = podAddress(2).IPv4;
const addressOf = (port: number): string => `${server}:${port}`;

function serviceAt(ip: string, changed: Partial<ServiceDestination>): ServiceDestination {
  return service({ namespace: "elsewhere", service: `at-${ip}`, address: `${ip}:80`, ...changed });
}

function hinted(port: number, hints: Partial<EndpointHints>): Endpoint {
  return { ...endpoint(serverPod, port), hints: { zones: [], nodes: [], ...hints } };
}

function onNode(port: number, node: string): Endpoint {
  return { ...endpoint(serverPod, port), node };
}

/** Where the server pod answers as well. */
const pagePorts = [8101, 8102, 8103, 8104];
/** Where nobody does, and on those after it. */
const deaf = 9990;

const services = [
  serviceAt("10.96.2.1", { endpoints: [hinted(at.pages, { zones: ["a"] }), hinted(at.bare, { zones: ["b"] })] }),
  serviceAt("10.96.2.2", {
    endpoints: [hinted(at.pages, { nodes: ["node-1"] }), hinted(at.bare, { nodes: ["node-2"] })],
  }),
  serviceAt("10.96.2.3", { reach: "node", endpoints: [onNode(at.pages, "node-1"), onNode(at.bare, "node-2")] }),
  serviceAt("10.96.2.4", { reach: "node", endpoints: [onNode(at.bare, "node-2")] }),
  serviceAt("10.96.2.5", {
    // So that it takes requests, and bytes that are none.
    protocol: "detect",
    sticky: true,
    endpoints: pagePorts.map((port) => endpoint(serverPod, port)),
  }),
  ...Array.from({ length: 8 }, (_, index) =>
    serviceAt(`10.96.3.${index}`, {
      sticky: true,
      // Which of the two is the client's own depends on the ports: half of these clients begin with the wrong one.
      endpoints: [
        endpoint(serverPod, at.pages),
        { ...endpoint(serverPod, deaf + index), ip: elsewhere.private, identity: undefined },
      ],
    }),
  ),
];

function meshFor(place: Pick<Workload, "node" | "zone">): MeshStatement {
  return {
    services,
    workloads: [workload({ ...clientPod, ...place }), serverPod],
    inspectedPorts: [80],
    opaqueAddresses: [],
  };
}

const home = { node: "node-1", zone: "a" };

describe("the endpoint that a sidecar chooses", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startTwoSidecars({ mesh: meshFor(home) });
    for (const port of pagePorts) await pods.server.application.serve("pages", port);
  });
  after(() => pods.close());

  const get = async (host: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    (await pods.client.application.getPage({ host, port: 80, path: "/", headers })).status;
  const linesOf = (host: string): readonly Readonly<Record<string, unknown>>[] =>
    pods.client.envoy.accessLog().filter((line) => line["original_destination"] === `${host}:80`);
  /** The endpoints of the next requests, each once. */
  const endpointsUsed = async (host: string, requests = 12): Promise<readonly unknown[]> => {
    const earlier = linesOf(host).length;
    for (let index = 0; index < requests; index += 1) await get(host);
    await eventually(`${requests} lines of ${host}`, () => linesOf(host).length >= earlier + requests);
    return [
      ...new Set(
        linesOf(host)
          .slice(earlier)
          .map((line) => line["upstream_host"]),
      ),
    ].sort();
  };
  const untilUsed = async (host: string, ...ports: readonly number[]): Promise<void> => {
    const expected = ports.map(addressOf).sort();
    await eventually(`${host} is served by ${expected.join(" ")}`, async () => {
      const used = await endpointsUsed(host);
      return used.join() === expected.join();
    });
  };

  test("hints for zones: that of its own zone, also once it is known to be in another; all where none is for it", async () => {
    assert.deepEqual(await endpointsUsed("10.96.2.1"), [addressOf(at.pages)]);
    await pods.controlPlane.state(meshFor({ ...home, zone: "b" }));
    await untilUsed("10.96.2.1", at.bare);
    await pods.controlPlane.state(meshFor({ ...home, zone: "" }));
    await untilUsed("10.96.2.1", at.pages, at.bare);
    await pods.controlPlane.state(meshFor(home));
    await untilUsed("10.96.2.1", at.pages);
  });

  test("hints for nodes", async () => {
    assert.deepEqual(await endpointsUsed("10.96.2.2"), [addressOf(at.pages)]);
  });

  test("internalTrafficPolicy Local: that of its own node; refused where there is none, and served as soon as there is", async () => {
    assert.deepEqual(await endpointsUsed("10.96.2.3"), [addressOf(at.pages)]);
    assert.equal(await get("10.96.2.4"), 503);
    await eventually("the refusal is logged", () => linesOf("10.96.2.4").length > 0);
    assert.match(String(linesOf("10.96.2.4").at(-1)?.["response_flags"]), /UH/);
    const heard = await pods.client.application.talk({ host: "10.96.2.4", port: 80, send: ["bytes"], end: false });
    assert.equal(heard.text, "");
    await pods.controlPlane.state(meshFor({ ...home, node: "node-2" }));
    await untilUsed("10.96.2.4", at.bare);
    await pods.controlPlane.state(meshFor(home));
    await untilUsed("10.96.2.3", at.pages);
  });

  test("session affinity: one endpoint for all of a client's requests and connections, whomever they are forwarded for", async () => {
    const host = "10.96.2.5";
    const [first, ...others] = await endpointsUsed(host);
    assert.deepEqual(others, []);
    for (let index = 0; index < 12; index += 1) await get(host, { "x-forwarded-for": `198.51.100.${index}` });
    for (let index = 0; index < 6; index += 1) {
      const heard = await pods.client.application.talk({
        host,
        port: 80,
        send: ["no request\r\n"],
        end: false,
        until: "400",
      });
      assert.equal(heard.failure, undefined);
    }
    await eventually("all are logged", () => linesOf(host).length >= 30);
    assert.deepEqual(new Set(linesOf(host).map((line) => line["upstream_host"])), new Set([first]));
    assert.deepEqual(new Set(linesOf(host).map((line) => line["protocol"])), new Set(["HTTP/1.1", "TCP"]));
  });

  test("session affinity: a request whose own endpoint does not answer is served by another", async () => {
    for (let index = 0; index < 8; index += 1) assert.equal(await get(`10.96.3.${index}`), 200);
    const stats = await pods.client.admin("/stats?filter=upstream_cx_connect_fail$|upstream_rq_retry_success$");
    assert.match(stats, /cluster\.elsewhere\/at-10_96_3_\d\|80\.upstream_cx_connect_fail: [1-9]/);
  });
});
