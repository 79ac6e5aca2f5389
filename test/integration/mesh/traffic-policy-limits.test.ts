/** TrafficPolicy, `circuitBreakers` and `connectionPool`: what a running sidecar does not take, and what it keeps. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { CircuitBreakers, ConnectionPool } from "../../../src/control-plane/model/traffic-policy.ts";
import { eventually } from "../../eventually.ts";
import { endpoint } from "../../mesh/sample-mesh.ts";
import type { Page } from "../envoy/conversations.ts";
import { podAddress } from "./mesh-network.ts";
import type { PolicyService } from "./policy-mesh.ts";
import { replicas, startPolicyMesh, statistic, tally, times, to } from "./policy-mesh.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { serverPod } from "./two-sidecars.ts";

const unbroken: CircuitBreakers = {
  maxConnections: undefined,
  maxPendingRequests: undefined,
  maxRequests: undefined,
  maxRetries: undefined,
};
const usual: ConnectionPool = {
  connectTimeoutMs: undefined,
  idleTimeoutMs: undefined,
  maxRequestsPerConnection: undefined,
};
const [first] = replicas;
/** Nobody has this address, so that nobody even refuses. */
const nobody = { ...endpoint(serverPod, first), ip: `${podAddress(2).IPv4}22`, identity: undefined };

function limited(host: number, limits: Partial<CircuitBreakers>, more: Partial<PolicyService> = {}): PolicyService {
  return { host, ports: [first], policy: { circuitBreakers: { ...unbroken, ...limits } }, ...more };
}

function pooled(host: number, pool: Partial<ConnectionPool>): PolicyService {
  return { host, ports: [first], policy: { connectionPool: { ...usual, ...pool } } };
}

const maxRequests = limited(1, { maxRequests: 2 });
const maxConnections = limited(2, { maxConnections: 1 });
const maxPending = limited(3, { maxConnections: 1, maxPendingRequests: 1 });
const lastRetry = limited(4, { maxRetries: 0 }, { changed: { endpoints: [nobody] } });
const retried: PolicyService = { ...limited(5, {}), changed: { endpoints: [nobody] } };
const idle = pooled(6, { idleTimeoutMs: 500 });
const worn = pooled(7, { maxRequestsPerConnection: 2 });
const impatient: PolicyService = { ...pooled(8, { connectTimeoutMs: 200 }), changed: { endpoints: [nobody] } };
const noBudget: PolicyService = {
  host: 9,
  policy: { retryBudget: { percent: 0, minConcurrent: 0 }, connectionPool: { ...usual, connectTimeoutMs: 200 } },
  changed: { endpoints: [nobody] },
};
const smallBudget: PolicyService = {
  ...noBudget,
  host: 10,
  policy: { ...noBudget.policy, retryBudget: { percent: 0, minConcurrent: 1 } },
};

const wholeBudget: PolicyService = {
  ...noBudget,
  host: 11,
  policy: { ...noBudget.policy, retryBudget: { percent: 100, minConcurrent: 0 } },
};

describe("limits", () => {
  let pods: TwoSidecars;
  before(async () => {
    const connectionPool = { ...usual, connectTimeoutMs: 200 };
    const quick = (service: PolicyService): PolicyService => ({
      ...service,
      policy: { ...service.policy, connectionPool },
    });
    pods = await startPolicyMesh([
      maxRequests,
      maxConnections,
      maxPending,
      quick(lastRetry),
      quick(retried),
      idle,
      worn,
      impatient,
      noBudget,
      smallBudget,
      wholeBudget,
    ]);
    await pods.server.application.replicaRecords();
  });
  after(() => pods.close());

  const ask = (service: PolicyService, count: number, path: string, parallel = count): Promise<readonly Page[]> =>
    pods.client.application.getEach(times(count, to(service, path)), parallel);
  const statuses = async (...asked: Parameters<typeof ask>): Promise<Readonly<Record<string, number>>> =>
    Object.fromEntries([...tally(await ask(...asked), ({ status }) => String(status))].sort());

  /** Each waits for a connection that it does not get. */
  const attempts = (service: PolicyService): Promise<number> => statistic(pods, service, "upstream_rq_pending_total");

  test("maxRequests: the breaker opens, and closes again", async () => {
    assert.deepEqual(await statuses(maxRequests, 1, "/"), { 200: 1 });
    assert.deepEqual(await statuses(maxRequests, 6, "/?delay=1500"), { 200: 2, 503: 4 });
    assert.equal(await statistic(pods, maxRequests, "upstream_rq_active_overflow"), 4);
    await eventually("overflows are logged", () =>
      pods.client.envoy.accessLog().some(({ response_flags: flags }) => /UO/.test(String(flags))),
    );
    assert.deepEqual(await statuses(maxRequests, 4, "/", 1), { 200: 4 });
  });

  test("maxConnections: requests wait for the one that there is", async () => {
    assert.deepEqual(await statuses(maxConnections, 6, "/?delay=100"), { 200: 6 });
    assert.equal(await statistic(pods, maxConnections, "upstream_cx_total"), 1);
  });

  test("maxPendingRequests: no more than so many wait", async () => {
    assert.deepEqual(await statuses(maxPending, 1, "/"), { 200: 1 });
    assert.deepEqual(await statuses(maxPending, 6, "/?delay=1500"), { 200: 2, 503: 4 });
    assert.equal(await statistic(pods, maxPending, "upstream_rq_pending_overflow"), 4);
    assert.deepEqual(await statuses(maxPending, 1, "/"), { 200: 1 });
  });

  test("maxRetries: no more than so many are tried again", async () => {
    assert.deepEqual(await statuses(retried, 1, "/"), { 503: 1 });
    assert.equal(await attempts(retried), 3);
    assert.deepEqual(await statuses(lastRetry, 1, "/"), { 503: 1 });
    assert.equal(await attempts(lastRetry), 1);
  });

  test("retryBudget: none where it is empty, what is allowed in any case, and a share of what is under way", async () => {
    assert.deepEqual(await statuses(noBudget, 1, "/"), { 503: 1 });
    assert.equal(await attempts(noBudget), 1);
    assert.deepEqual(await statuses(smallBudget, 1, "/"), { 503: 1 });
    assert.equal(await attempts(smallBudget), 3);
    assert.deepEqual(await statuses(wholeBudget, 1, "/"), { 503: 1 });
    assert.equal(await attempts(wholeBudget), 3);
  });

  test("idleTimeout: what nobody uses is closed", async () => {
    assert.deepEqual(await statuses(idle, 1, "/"), { 200: 1 });
    await eventually("it is closed", async () => (await statistic(pods, idle, "upstream_cx_idle_timeout")) === 1);
    assert.equal(await statistic(pods, idle, "upstream_cx_active"), 0);
  });

  test("maxRequestsPerConnection: after so many there is a new one", async () => {
    assert.deepEqual(await statuses(worn, 10, "/", 1), { 200: 10 });
    assert.equal(await statistic(pods, worn, "upstream_cx_total"), 5);
    assert.equal(await statistic(pods, worn, "upstream_cx_max_requests"), 5);
  });

  test("connectTimeout: who does not answer in time is given up", async () => {
    assert.deepEqual(await statuses(impatient, 1, "/"), { 503: 1 });
    // The first attempt and two that certainly have not been seen either.
    assert.equal(await statistic(pods, impatient, "upstream_cx_connect_timeout"), 3);
  });
});
