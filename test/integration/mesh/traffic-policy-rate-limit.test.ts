/** TrafficPolicy, `rateLimit`: how many requests a replica takes, as the sidecar beside it keeps to it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { RateLimit } from "../../../src/control-plane/model/traffic-policy.ts";
import { eventually } from "../../eventually.ts";
import { workload } from "../../mesh/sample-mesh.ts";
import type { Page } from "../envoy/conversations.ts";
import { podAddress } from "./mesh-network.ts";
import type { PolicyService } from "./policy-mesh.ts";
import { policyMesh, replicaOf, replicas, startPolicyMesh, tally, times, to } from "./policy-mesh.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { clientPod, serverPod } from "./two-sidecars.ts";

const [first, second, third, fourth] = replicas;
const hour = 3_600_000;

function limited(host: number, ports: readonly number[], rateLimit: RateLimit | undefined): PolicyService {
  const loadBalancer = { algorithm: { kind: "roundRobin", slowStart: undefined } as const, minHealthyPercent: 50 };
  return { host, ports, policy: { loadBalancer, rateLimit } };
}

const strict = limited(1, [first, second], { requests: 1, perMs: hour, burst: 5 });
const brisk = limited(2, [third], { requests: 20, perMs: 1_000, burst: 1 });
const unlimited = limited(3, [fourth], undefined);

/** Plaintext is taken too. */
function permissive(services: readonly PolicyService[]): ReturnType<typeof policyMesh> {
  return { ...policyMesh(services), workloads: [clientPod, workload(serverPod)] };
}

describe("the rate limit", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startPolicyMesh([unlimited]);
  });
  after(() => pods.close());

  const ask = (service: PolicyService, count: number): Promise<readonly Page[]> =>
    pods.client.application.getEach(times(count, to(service)), 1);
  const statuses = async (service: PolicyService, count: number): Promise<Readonly<Record<string, number>>> =>
    Object.fromEntries([...tally(await ask(service, count), ({ status }) => String(status))].sort());
  /** What the listeners of the server's sidecar have gone through. */
  const listenerChanges = async (): Promise<readonly string[]> =>
    (await pods.server.admin("/stats"))
      .split("\n")
      .filter((line) => /^listener_manager\.listener_(added|modified|in_place_updated|removed):/.test(line));

  test("comes and goes without a change of the listener, so that no connection ends", async () => {
    await pods.controlPlane.state(permissive([unlimited]));
    const plain = { host: podAddress(2).IPv4, port: fourth, path: "/" };
    await eventually("plaintext is taken", async () => (await pods.world.getPage(plain)).status === 200);
    const before = await listenerChanges();
    assert.equal(before.length, 4);
    assert.deepEqual(await statuses(unlimited, 30), { 200: 30 });
    await pods.controlPlane.state(
      permissive([unlimited, limited(1, [first, second], { requests: 1, perMs: hour, burst: 1 })]),
    );
    await eventually("it is limited", async () => "429" in (await statuses(strict, 2)));
    await pods.controlPlane.state(permissive([unlimited]));
    await pods.controlPlane.state(permissive([unlimited, limited(1, [first, second], undefined)]));
    await eventually("it is not limited any more", async () => !("429" in (await statuses(strict, 2))));
    assert.deepEqual(await listenerChanges(), before);
  });

  test("each replica takes as many as that, and says when there may be more", async () => {
    await pods.controlPlane.state(permissive([strict, brisk, unlimited]));
    let pages: readonly Page[] = [];
    await eventually("it is limited", async () => {
      pages = await ask(strict, 20);
      return pages.some(({ status }) => status === 429);
    });
    const refused = pages.filter(({ status }) => status === 429);
    assert.ok(
      refused.every(({ headers }) => Number(headers["retry-after"]) > 60),
      "in about an hour",
    );
    assert.deepEqual(await statuses(strict, 4), { 429: 4 });
    // All that the replicas have seen are the five of each, but for those that came before the limit did.
    const seen = await pods.server.application.replicaRecords();
    assert.ok((seen[first]?.requests ?? 0) >= 5 && (seen[second]?.requests ?? 0) >= 5, JSON.stringify(seen));
  });

  test("burst is for each replica on its own", async () => {
    await pods.controlPlane.state(permissive([brisk, unlimited, limited(1, [first, second], undefined)]));
    await eventually("it is not limited", async () => !("429" in (await statuses(strict, 4))));
    await pods.controlPlane.state(permissive([strict, brisk, unlimited]));
    await eventually("the table is there", async () =>
      (await pods.server.admin("/config_dump?resource=dynamic_route_configs")).includes(`port-${second}`),
    );
    const pages = await ask(strict, 20);
    const served = tally(
      pages.filter(({ status }) => status === 200),
      replicaOf,
    );
    assert.deepEqual(Object.fromEntries(served), { [first]: 5, [second]: 5 });
    assert.equal(pages.filter(({ status }) => status === 429).length, 10);
  });

  test("requests and per: there is more as time goes by", async () => {
    const pages = await pods.client.application.getEach(times(60, to(brisk)), 20);
    assert.ok(
      pages.some(({ status }) => status === 429),
      "more than 20 a second",
    );
    await eventually("there is more", async () => (await statuses(brisk, 1))["200"] === 1);
  });

  test("other ports are not limited", async () => {
    assert.deepEqual(await statuses(unlimited, 30), { 200: 30 });
  });

  test("counts for everybody, also without a sidecar, and whatever a client says where it is going", async () => {
    const headers = { "x-outrigger-destination": String(fourth) };
    const page = await pods.world.getPage({ host: podAddress(2).IPv4, port: first, path: "/", headers });
    assert.equal(page.status, 429, page.body);
    const free = await pods.world.getPage({ host: podAddress(2).IPv4, port: fourth, path: "/", headers });
    assert.equal(free.status, 200);
    assert.doesNotMatch(free.body, /x-outrigger/);
  });

  test("gRPC is told in its own words: RESOURCE_EXHAUSTED", async () => {
    const page = await pods.client.application.getPage(
      to(strict, "/", { headers: { "content-type": "application/grpc" } }),
    );
    assert.deepEqual([page.status, page.headers["grpc-status"]], [200, "8"]);
  });

  test("no configuration was refused", async () => {
    const lines = await pods.controlPlane.logged();
    assert.deepEqual(
      lines.filter(({ msg }) => msg === "proxy refused resources"),
      [],
    );
  });
});
