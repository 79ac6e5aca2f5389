/** TrafficPolicy, `loadBalancer`: which replica a request goes to, as a running sidecar does it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Algorithm, HashKey, HashTable, LoadBalancer } from "../../../src/control-plane/model/traffic-policy.ts";
import { eventually } from "../../eventually.ts";
import type { Page, PageRequest } from "../envoy/conversations.ts";
import type { PolicyService } from "./policy-mesh.ts";
import { policyMesh, replicaOf, replicas, startPolicyMesh, tally, times, to } from "./policy-mesh.ts";
import type { TwoSidecars } from "./two-sidecars.ts";

function balanced(host: number, algorithm: Algorithm, more: Partial<PolicyService> = {}): PolicyService {
  const loadBalancer: LoadBalancer = { algorithm, minHealthyPercent: 50 };
  return { host, policy: { loadBalancer }, ...more };
}

function hashed(host: number, key: HashKey, table: HashTable = { kind: "maglev", size: 65_537 }): PolicyService {
  return balanced(host, { kind: "consistentHash", key, table });
}

const byHeader: HashKey = { kind: "header", name: "x-user" };
const windowMs = 5_000;

const roundRobin = balanced(1, { kind: "roundRobin", slowStart: undefined });
const leastRequest = balanced(2, { kind: "leastRequest", slowStart: undefined });
const random = balanced(3, { kind: "random" });
const maglev = hashed(4, byHeader, { kind: "maglev", size: 1_009 });
const ring = hashed(5, byHeader, { kind: "ring", size: 2_000 });
const byParameter = hashed(6, { kind: "queryParameter", name: "user" });
const byCookie = hashed(7, { kind: "cookie", name: "session", path: "/shop", ttlMs: 60_000 });
const bySessionCookie = hashed(8, { kind: "cookie", name: "session", path: "/", ttlMs: 0 });
const byGivenCookie = hashed(9, { kind: "cookie", name: "session", path: "/", ttlMs: undefined });
const bySource = hashed(10, { kind: "source" });
const bytesBySource: PolicyService = { ...bySource, host: 12, changed: { protocol: "tcp" } };
const bytesByRing: PolicyService = {
  ...hashed(13, { kind: "source" }, { kind: "ring", size: 1_024 }),
  changed: { protocol: "tcp" },
};
const starting = (ports: readonly number[]): PolicyService =>
  balanced(11, { kind: "roundRobin", slowStart: { windowMs, minWeightPercent: 10 } }, { ports });

const others = [
  roundRobin,
  leastRequest,
  random,
  maglev,
  ring,
  byParameter,
  byCookie,
  bySessionCookie,
  byGivenCookie,
  bySource,
  bytesBySource,
  bytesByRing,
];

const users = Array.from({ length: 100 }, (_, index) => `user-${index}`);
const fromUser = (service: PolicyService, user: string): PageRequest =>
  to(service, "/", { headers: { "x-user": user } });

describe("the load balancer", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startPolicyMesh([...others, starting(replicas.slice(0, 4))]);
  });
  after(() => pods.close());

  const ask = async (requests: readonly PageRequest[], parallel = 1): Promise<readonly Page[]> => {
    const pages = await pods.client.application.getEach(requests, parallel);
    assert.deepEqual([...new Set(pages.map(({ status }) => status))], [200]);
    return pages;
  };
  const perReplica = async (
    requests: readonly PageRequest[],
    parallel?: number,
  ): Promise<ReadonlyMap<number, number>> => tally(await ask(requests, parallel), replicaOf);
  const replicasOf = async (requests: readonly PageRequest[]): Promise<readonly number[]> =>
    (await ask(requests, 4)).map(replicaOf);

  test("roundRobin: everybody in turn", async () => {
    const counts = await perReplica(times(100, to(roundRobin)));
    assert.deepEqual([...counts.values()], [20, 20, 20, 20, 20]);
  });

  test("leastRequest: a slow replica gets fewer", async () => {
    const slow = replicas[0];
    await pods.server.application.beReplica(slow, { delayMs: 2_000 });
    const counts = await perReplica(times(200, to(leastRequest)), 2);
    await pods.server.application.beReplica(slow, {});
    // While it is busy it is taken only if it is drawn twice: every 25th time. At random it would be every fifth, 40.
    assert.ok((counts.get(slow) ?? 0) < 25, JSON.stringify([...counts]));
  });

  test("random: everybody, in no order", async () => {
    const order = (await ask(times(200, to(random)))).map(replicaOf);
    assert.equal(new Set(order).size, replicas.length);
    assert.ok(
      order.some((replica, index) => replica === order[index - 1]),
      "one is drawn twice in a row",
    );
  });

  for (const [name, service, size] of [
    ["maglev", maglev, /maglev_lb\.max_entries_per_host: 20[1-9]/],
    ["ring", ring, /ring_hash_lb\.size: 2[0-9]{3}\n/],
  ] as const) {
    test(`consistentHash by header, ${name}: each user stays with a replica, and most do when one comes`, async () => {
      const all = users.map((user) => fromUser(service, user));
      const first = await replicasOf(all);
      assert.deepEqual(await replicasOf(all), first);
      assert.ok(new Set(first).size >= 4, "users are spread");
      assert.match(await pods.client.admin("/stats"), size);
      const without = { ...service, ports: replicas.slice(0, 4) };
      const mesh = (changed: PolicyService): Promise<void> =>
        pods.controlPlane.state(
          policyMesh([...others.filter((other) => other !== service), changed, starting(replicas)]),
        );
      await mesh(without);
      await eventually("a replica is gone", async () => !(await replicasOf(all)).includes(replicas[4]));
      const fewer = await replicasOf(all);
      await mesh(service);
      await eventually("it is back", async () => (await replicasOf(all)).includes(replicas[4]));
      const moved = (await replicasOf(all)).filter((replica, index) => replica !== fewer[index]);
      assert.ok(moved.length < 40, `${moved.length} of ${users.length} have moved`);
    });
  }

  test("consistentHash by header: who brings none goes anywhere", async () => {
    assert.ok((await perReplica(times(30, to(maglev)))).size > 1);
  });

  test("consistentHash by query parameter", async () => {
    const all = users.map((user) => to(byParameter, `/?user=${user}&other=${Math.trunc(Number(user.slice(5)) / 2)}`));
    const first = await replicasOf(all);
    const again = users.map((user) => to(byParameter, `/elsewhere?a=b&user=${user}`));
    assert.deepEqual(await replicasOf(again), first);
    assert.ok(new Set(first).size >= 4, "users are spread");
  });

  test("consistentHash by cookie: made where it is missing, and whoever brings it back comes to the same replica", async () => {
    for (const [service, form] of [
      [byCookie, /^session="?([^;"]+)"?; Max-Age=60; Path=\/shop; HttpOnly$/i],
      [bySessionCookie, /^session="?([^;"]+)"?; Path=\/; HttpOnly$/i],
    ] as const) {
      const strangers = await ask(times(20, to(service)));
      assert.ok(tally(strangers, replicaOf).size > 1, "strangers are spread");
      for (const stranger of strangers.slice(0, 5)) {
        const [cookie = ""] = [stranger.headers["set-cookie"]].flat();
        const [, value = ""] = form.exec(cookie) ?? assert.fail(cookie);
        const returning = await ask(times(5, to(service, "/", { headers: { cookie: `a=b; session=${value}` } })));
        assert.deepEqual([...tally(returning, replicaOf).keys()], [replicaOf(stranger)]);
        assert.deepEqual(
          returning.map(({ headers }) => headers["set-cookie"]),
          returning.map(() => undefined),
        );
      }
    }
  });

  test("consistentHash by cookie without ttl: none is made", async () => {
    const strangers = await ask(times(20, to(byGivenCookie)));
    assert.ok(strangers.every(({ headers }) => headers["set-cookie"] === undefined));
    const known = await perReplica(times(20, to(byGivenCookie, "/", { headers: { cookie: "session=mine" } })));
    assert.equal(known.size, 1);
  });

  test("consistentHash by source: all that a pod sends goes to one replica, also bytes, and whatever it says of itself", async () => {
    const requests = users.map((user, index) =>
      to(bySource, `/${user}`, { headers: { "x-forwarded-for": `192.0.2.${index}` } }),
    );
    assert.equal((await perReplica(requests)).size, 1);
    for (const service of [bytesBySource, bytesByRing])
      assert.equal((await perReplica(times(20, to(service)))).size, 1);
  });

  test("slowStart: a replica that has just come gets its share little by little", async () => {
    const newcomer = replicas[4];
    const older = [...others, starting(replicas.slice(0, 4))];
    await pods.controlPlane.state(policyMesh(older));
    await eventually(
      "the newcomer is gone",
      async () => !(await perReplica(times(30, to(starting([]))))).has(newcomer),
    );
    await sleep(windowMs);
    const share = async (): Promise<number> => (await perReplica(times(100, to(starting([]))), 4)).get(newcomer) ?? 0;
    await pods.controlPlane.state(policyMesh([...others, starting(replicas)]));
    await eventually("it is known", async () =>
      (await pods.client.admin("/clusters")).includes(`http|10.96.5.11:80::10.77.2.2:${newcomer}::`),
    );
    const early = await share();
    assert.ok(early < 12, `${early} % at once`);
    await eventually("it has its share", async () => (await share()) >= 18, windowMs * 3);
  });

  test("no configuration was refused", async () => {
    const lines = await pods.controlPlane.logged();
    assert.deepEqual(
      lines.filter(({ msg }) => msg === "proxy refused resources"),
      [],
    );
  });
});
