/**
 * TrafficPolicy, `outlierDetection`, `healthCheck`, `locality` and `minHealthyPercent`: which replicas a running sidecar leaves
 * out, and who stands in for them.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type {
  HealthCheck,
  HealthProbe,
  Locality,
  OutlierDetection,
  PolicyGroups,
} from "../../../src/control-plane/model/traffic-policy.ts";
import { eventually } from "../../eventually.ts";
import { endpoint } from "../../mesh/sample-mesh.ts";
import { at } from "../envoy/sidecar.ts";
import { elsewhere } from "./mesh-network.ts";
import type { PolicyService } from "./policy-mesh.ts";
import { clientZone, replicaOf, replicas, startPolicyMesh, statistic, tally, times, to } from "./policy-mesh.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { serverPod } from "./two-sidecars.ts";

const [first, second, third, fourth, fifth] = replicas;
const long = 3_600_000;

const loadBalancer = (minHealthyPercent: number): PolicyGroups["loadBalancer"] => ({
  algorithm: { kind: "roundRobin", slowStart: undefined },
  minHealthyPercent,
});

function outliers(host: number, changed: Partial<OutlierDetection>): PolicyService {
  const outlierDetection: OutlierDetection = {
    consecutiveErrors: 3,
    consecutiveGatewayErrors: 0,
    intervalMs: 100,
    ejectionTimeMs: 500,
    maxEjectionPercent: 100,
    ...changed,
  };
  return { host, policy: { loadBalancer: loadBalancer(0), outlierDetection } };
}

const page: HealthProbe = {
  kind: "http",
  path: "/healthz",
  host: undefined,
  expectedStatuses: [{ from: 200, to: 299 }],
};

interface Checked extends Partial<HealthCheck> {
  readonly minHealthyPercent?: number;
  readonly locality?: Locality;
}

function checked(
  host: number,
  { minHealthyPercent = 0, locality, ...changed }: Checked,
  more: Partial<PolicyService> = {},
): PolicyService {
  const healthCheck: HealthCheck = {
    probe: page,
    intervalMs: 100,
    timeoutMs: 2_000,
    unhealthyThreshold: 1,
    healthyThreshold: 1,
    ...changed,
  };
  return { host, policy: { loadBalancer: loadBalancer(minHealthyPercent), healthCheck, locality }, ...more };
}

const ejecting = outliers(1, {});
const ejectedForLong = outliers(2, { ejectionTimeMs: long });
const seldomLookedAt = outliers(3, { intervalMs: long });
const gatewayErrors = outliers(4, { consecutiveErrors: 0, consecutiveGatewayErrors: 2 });
const oneAtMost = outliers(5, { maxEjectionPercent: 20 });

const asked = checked(11, {});
const named = checked(12, { probe: { ...page, path: "/healthz?of=cart", host: "cart.example" } });
const missing = checked(13, {
  probe: { ...page, path: "/healthz?status=404", expectedStatuses: [{ from: 400, to: 404 }] },
});
const unexpected = checked(14, { probe: { ...page, path: "/healthz?status=404" } });
const patient = checked(15, { unhealthyThreshold: 4, healthyThreshold: 3, intervalMs: 300 });
const impatient = checked(16, { timeoutMs: 200 });
const seldomAsked = checked(17, { intervalMs: long });
const grpc = checked(18, { probe: { kind: "grpc", service: "" } }, { ports: [at.grpc], changed: { protocol: "grpc" } });
const grpcKnown = { ...grpc, host: 21, policy: checked(21, { probe: { kind: "grpc", service: "shop.Cart" } }).policy };
const grpcUnknown = { ...grpc, host: 22, policy: checked(22, { probe: { kind: "grpc", service: "bank" } }).policy };
/** Servers that are no pods; nobody listens at the second one's port. */
const outside = [first, second].map((port) => ({
  ...endpoint(serverPod, port),
  ip: elsewhere.private,
  identity: undefined,
}));
const tcp = checked(19, { probe: { kind: "tcp" } }, { changed: { endpoints: outside } });
const panicking = checked(20, { minHealthyPercent: 50 });

const preferring: Locality = {
  prefer: "zone",
  failover: [{ from: clientZone, to: ["second", "third"] }],
  overprovisioningPercent: 140,
};
const zones = ["third", clientZone, "fourth", "second", clientZone];
const zoned = (host: number, locality: Locality): PolicyService => checked(host, { locality }, { zones });
const near = zoned(31, preferring);
const anywhere = zoned(32, { ...preferring, prefer: "none" });
const spilling = zoned(33, { ...preferring, overprovisioningPercent: 100 });
const standingIn = zoned(34, { ...preferring, overprovisioningPercent: 200 });

describe("replicas that fail", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startPolicyMesh([
      ejecting,
      ejectedForLong,
      seldomLookedAt,
      gatewayErrors,
      oneAtMost,
      asked,
      named,
      missing,
      unexpected,
      patient,
      impatient,
      seldomAsked,
      grpc,
      grpcKnown,
      grpcUnknown,
      tcp,
      panicking,
      near,
      anywhere,
      spilling,
      standingIn,
    ]);
  });
  after(() => pods.close());
  afterEach(async () => {
    for (const replica of replicas) await be(replica, {});
    await pods.server.application.be({ serving: true });
  });

  const be = (replica: number, state: Parameters<typeof pods.server.application.beReplica>[1]): Promise<void> =>
    pods.server.application.beReplica(replica, state);
  const sick = (replica: number, status = 503): Promise<void> => be(replica, { status });
  const statuses = async (service: PolicyService, count: number): Promise<ReadonlyMap<number, number>> =>
    tally(await pods.client.application.getEach(times(count, to(service)), 1), ({ status }) => status);
  const used = async (service: PolicyService, count = 20): Promise<readonly number[]> => {
    const pages = await pods.client.application.getEach(times(count, to(service)), 1);
    return [...tally(pages, replicaOf).keys()].sort();
  };
  const untilUsed = async (service: PolicyService, ...expected: readonly number[]): Promise<void> => {
    let seen: readonly number[] = [];
    await eventually(
      `${service.host} uses ${expected.join()}`,
      async () => (seen = await used(service)).join() === expected.join(),
      20_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}, but ${seen.join()}`);
    });
  };
  const ejected = (service: PolicyService): Promise<number> =>
    statistic(pods, service, "outlier_detection.ejections_active");

  describe("outlierDetection", () => {
    test("consecutiveErrors, ejectionTime: a replica is left out, and comes back", async () => {
      await untilUsed(ejecting, ...replicas);
      await sick(second, 500);
      const before = await statistic(pods, ejecting, "outlier_detection.ejections_enforced_total");
      const errors = (await statuses(ejecting, 100)).get(500) ?? 0;
      assert.ok(errors >= 3 && errors < 20, `${errors} of 100 were errors; without it 20 would be`);
      assert.ok((await statistic(pods, ejecting, "outlier_detection.ejections_enforced_total")) > before);
      await be(second, {});
      await untilUsed(ejecting, ...replicas);
    });

    test("ejectionTime and interval: no sooner than it says, nor than anybody looks", async () => {
      await sick(second, 500);
      for (const service of [ejecting, ejectedForLong, seldomLookedAt]) {
        await eventually("it is left out", async () => {
          await statuses(service, 20);
          return (await ejected(service)) === 1;
        });
      }
      await be(second, {});
      await untilUsed(ejecting, ...replicas);
      for (const service of [ejectedForLong, seldomLookedAt]) {
        assert.equal(await ejected(service), 1);
        assert.deepEqual(await used(service), [first, third, fourth, fifth]);
      }
    });

    test("consecutiveGatewayErrors: 503 counts, 500 does not", async () => {
      await sick(second, 500);
      assert.equal((await statuses(gatewayErrors, 50)).get(500), 10);
      await sick(second, 503);
      const errors = (await statuses(gatewayErrors, 50)).get(503) ?? 0;
      assert.ok(errors >= 2 && errors < 10, `${errors} of 50`);
    });

    test("maxEjectionPercent: no more than so many are left out", async () => {
      for (const replica of [first, second, third]) await sick(replica, 500);
      await statuses(oneAtMost, 100);
      assert.equal(await ejected(oneAtMost), 1);
      assert.ok((await statistic(pods, oneAtMost, "outlier_detection.ejections_overflow")) > 0);
    });
  });

  describe("healthCheck", () => {
    test("http: a replica that says that it is not well gets nothing, until it is well again", async () => {
      await untilUsed(asked, ...replicas);
      await sick(second);
      await sick(fourth);
      await untilUsed(asked, first, third, fifth);
      await be(second, {});
      await untilUsed(asked, first, second, third, fifth);
    });

    test("path and host are those that are asked for; without a host it is the Service's name", async () => {
      for (const [service, check] of [
        [named, "cart.example/healthz?of=cart"],
        [asked, "policy-11.elsewhere/healthz"],
      ] as const) {
        await statuses(service, 1);
        await eventually(check, async () => (await pods.server.application.replicaRecords())[first]?.check === check);
      }
    });

    test("expectedStatuses: what counts as well", async () => {
      await untilUsed(missing, ...replicas);
      assert.deepEqual([...(await statuses(unexpected, 5)).keys()], [503]);
    });

    test("unhealthyThreshold and healthyThreshold: so many answers in a row", async () => {
      await untilUsed(patient, ...replicas);
      const failures = (): Promise<number> => statistic(pods, patient, "health_check.failure");
      const healthy = (): Promise<number> => statistic(pods, patient, "membership_healthy");
      const before = await failures();
      await sick(second);
      await eventually("it is left out", async () => (await healthy()) === 4);
      assert.ok((await failures()) - before >= 4);
      const successes = (): Promise<number> => statistic(pods, patient, "health_check.success");
      const [well] = [await successes()];
      await be(second, {});
      await eventually("it is back", async () => (await healthy()) === 5);
      // The other four have answered as often.
      assert.ok((await successes()) - well >= 2 * 5);
    });

    test("timeout: whoever is slower is not well", async () => {
      await untilUsed(impatient, ...replicas);
      await be(second, { delayMs: 600 });
      await untilUsed(impatient, first, third, fourth, fifth);
      await untilUsed(asked, ...replicas);
    });

    test("interval: nobody is asked sooner", async () => {
      await untilUsed(seldomAsked, ...replicas);
      await sick(second);
      await untilUsed(asked, first, third, fourth, fifth);
      assert.equal(await statistic(pods, seldomAsked, "membership_healthy"), 5);
      assert.equal(await statistic(pods, seldomAsked, "health_check.attempt"), 5);
    });

    test("grpc: the health service of the server, over mTLS", async () => {
      const answer = async ({ host } = grpc): Promise<string> =>
        (await pods.client.application.getPageOverHttp2(`http://10.96.5.${host}/cart`)).body;
      assert.match(await answer(grpcKnown), /^GET/);
      assert.match(await answer(grpcUnknown), /no healthy upstream/);
      await eventually("it is well", async () => (await answer()) === "GET /cart over HTTP/2");
      await pods.server.application.be({ serving: false });
      await eventually("it is not", async () => (await answer()).includes("no healthy upstream"));
      await pods.server.application.be({ serving: true });
      await eventually("it is well again", async () => (await answer()) === "GET /cart over HTTP/2");
    });

    test("tcp: whether there is a connection", async () => {
      await pods.world.serve("replicaServer", first);
      await untilUsed(tcp, first);
      assert.equal(await statistic(pods, tcp, "membership_total"), 2);
      assert.equal(await statistic(pods, tcp, "membership_healthy"), 1);
    });

    test("all of it goes through mTLS, which is all that the server takes", async () => {
      await untilUsed(asked, ...replicas);
      const line = pods.server.envoy.accessLog().find(({ path }) => String(path).startsWith("/healthz"));
      assert.equal(line?.["downstream_peer"], "spiffe://cluster.local/ns/shop/sa/client", JSON.stringify(line));
    });
  });

  test("minHealthyPercent: where fewer are well, all are used", async () => {
    await untilUsed(panicking, ...replicas);
    for (const replica of [first, second]) await sick(replica);
    await untilUsed(panicking, third, fourth, fifth);
    await sick(third);
    await untilUsed(panicking, ...replicas);
    await untilUsed(asked, fourth, fifth);
  });

  describe("locality", () => {
    test("prefer: the client's own zone, or all alike", async () => {
      await untilUsed(near, second, fifth);
      await untilUsed(anywhere, ...replicas);
    });

    test("failover: zone by zone, those that are named first", async () => {
      await sick(second);
      await sick(fifth);
      await untilUsed(near, fourth);
      await sick(fourth);
      await untilUsed(near, first);
      await sick(first);
      await untilUsed(near, third);
      for (const replica of replicas) await be(replica, {});
      await untilUsed(near, second, fifth);
    });

    test("overprovisioningPercent: how far a zone stands in for itself", async () => {
      await untilUsed(spilling, second, fifth);
      await sick(second);
      await untilUsed(standingIn, fifth);
      await untilUsed(spilling, fourth, fifth);
    });
  });

  test("no configuration was refused", async () => {
    const lines = await pods.controlPlane.logged();
    assert.deepEqual(
      lines.filter(({ msg }) => msg === "proxy refused resources"),
      [],
    );
  });
});
