/** TrafficPolicy, `timeouts`, `retries` and `faultInjection`: what becomes of requests in a running sidecar. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type {
  FaultInjection,
  PolicyGroups,
  Retries,
  Timeouts,
} from "../../../src/control-plane/model/traffic-policy.ts";
import { eventually } from "../../eventually.ts";
import { endpoint } from "../../mesh/sample-mesh.ts";
import type { Page, PageRequest } from "../envoy/conversations.ts";
import { at } from "../envoy/sidecar.ts";
import { elsewhere, podAddress } from "./mesh-network.ts";
import type { PolicyService } from "./policy-mesh.ts";
import { ipOf, policyMesh, replicas, startPolicyMesh, statistic, tally, times, to } from "./policy-mesh.ts";
import type { TwoSidecars } from "./two-sidecars.ts";
import { serverPod } from "./two-sidecars.ts";

const [first, second, third] = replicas;
const hour = 3_600_000;

function service(host: number, policy: Partial<PolicyGroups>, more: Partial<PolicyService> = {}): PolicyService {
  return { host, policy, ports: [first], ...more };
}

const noTimeouts: Timeouts = { requestMs: undefined, idleMs: undefined };

function timed(host: number, timeouts: Partial<Timeouts>, more: Partial<PolicyGroups> = {}): PolicyService {
  return service(host, { timeouts: { ...noTimeouts, ...timeouts }, ...more });
}

const usualRetries: Retries = {
  attempts: 2,
  conditions: ["connectFailure", "refusedStream", "resetBeforeRequest"],
  statusCodes: [],
  methods: undefined,
  perTryTimeoutMs: undefined,
  backOff: { baseMs: 1, maxMs: 10 },
};
const idempotent = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

function retried(host: number, retries: Partial<Retries>, more: Partial<PolicyService> = {}): PolicyService {
  const { policy, ...rest } = more;
  return service(host, { ...policy, retries: { ...usualRetries, ...retries } }, rest);
}

function faulty(host: number, fault: Partial<FaultInjection>, more: Partial<PolicyGroups> = {}): PolicyService {
  const none: FaultInjection = { headers: [], delay: undefined, abort: undefined };
  return service(host, { faultInjection: { ...none, ...fault }, ...more });
}

/** Nobody has this address, so that nobody even refuses. */
const nobody = { ...endpoint(serverPod, first), ip: `${podAddress(2).IPv4}22`, identity: undefined };
const impatient = {
  connectionPool: { connectTimeoutMs: 200, idleTimeoutMs: undefined, maxRequestsPerConnection: undefined },
};
const unreachable: Partial<PolicyService> = { policy: impatient, changed: { endpoints: [nobody] } };
/** No pod: its server is reached without a sidecar in between. */
const http2: Partial<PolicyService> = {
  changed: { protocol: "http2", endpoints: [{ ...nobody, ip: elsewhere.private, port: at.grpc }] },
};
const grpcAnswer = { "content-type": "application/grpc", "grpc-status": "14" };

const limited = timed(1, { requestMs: 300 });
const silent = timed(2, { idleMs: 300 });
const unlimited = timed(3, { requestMs: 0, idleMs: 0 });

const connectFailure = retried(11, { conditions: ["connectFailure"] }, unreachable);
const otherThanConnecting = retried(12, { conditions: ["refusedStream"] }, unreachable);
const noAttempts = retried(13, { attempts: 0 }, unreachable);
const fourAttempts = retried(14, { attempts: 4 }, unreachable);
const refusedStream = retried(15, { conditions: ["refusedStream"] }, http2);
const refusedForGood = retried(16, { conditions: ["connectFailure"] }, http2);
const reset = retried(17, { conditions: ["reset"], methods: idempotent });
const serverError = retried(18, { conditions: ["serverError"], methods: idempotent });
const gatewayError = retried(19, { conditions: ["gatewayError"], methods: idempotent });
const statusCodes = retried(20, { conditions: [], statusCodes: [409, 429], methods: idempotent });
const allMethods = retried(21, { conditions: ["serverError"], methods: ["POST"] });
const unavailable = retried(22, { conditions: ["unavailable"] });
const otherStatus = retried(23, { conditions: ["cancelled", "deadlineExceeded", "internal", "resourceExhausted"] });
const perTry = retried(24, { conditions: ["gatewayError"], methods: idempotent, perTryTimeoutMs: 200 });
const perTryUnseen = retried(25, { perTryTimeoutMs: 200 });
const longWaits = retried(
  26,
  { conditions: ["serverError"], methods: idempotent, backOff: { baseMs: hour, maxMs: hour } },
  { policy: { timeouts: { requestMs: 700, idleMs: undefined } } },
);
const shortWaits = retried(
  27,
  // Without the longest, each wait would be up to ten times as long, 9 s in all.
  { conditions: ["serverError"], methods: idempotent, attempts: 20, backOff: { baseMs: 100, maxMs: 100 } },
  { policy: { timeouts: { requestMs: 5_000, idleMs: undefined } } },
);
const elsewhereNext = retried(
  28,
  { conditions: ["serverError"], methods: idempotent },
  { ports: [first, second, third] },
);
/** Nobody listens at the first one's port, which the server's sidecar notices. */
const deserted: Partial<PolicyService> = { ports: [7099, second] };
const desertedRetried = retried(30, { conditions: ["connectFailure"] }, deserted);
const desertedNotRetried = retried(31, { conditions: ["refusedStream"] }, deserted);
const postUnreachable = retried(29, { conditions: ["serverError"], methods: idempotent }, unreachable);

const delayed = faulty(41, { delay: { durationMs: 400, percent: 100 } });
const sometimesDelayed = faulty(42, { delay: { durationMs: 150, percent: 25 } });
const aborted = faulty(43, { abort: { httpStatus: 418, percent: 100 } });
const sometimesAborted = faulty(44, { abort: { httpStatus: 503, percent: 25 } });
const grpcAborted = faulty(45, { abort: { grpcStatus: 8, percent: 100 } });
const chosen = faulty(46, {
  headers: [
    { kind: "exact", name: "x-test", value: "yes" },
    { kind: "regex", name: "x-user", value: "a[0-9]+" },
  ],
  abort: { httpStatus: 500, percent: 100 },
});
const delayedTooLong = faulty(
  47,
  { delay: { durationMs: hour, percent: 100 } },
  { timeouts: { requestMs: 300, idleMs: undefined } },
);
const plain = service(50, {});
/** Each is unknown to the sidecar until the test asks for it. */
const fresh = Array.from({ length: 12 }, (_, index) => faulty(60 + index, { delay: { durationMs: 20, percent: 50 } }));

const services = [
  ...[limited, silent, unlimited],
  ...[connectFailure, otherThanConnecting, noAttempts, fourAttempts, refusedStream, refusedForGood, reset, serverError],
  ...[gatewayError, statusCodes, allMethods, unavailable, otherStatus, perTry, perTryUnseen, longWaits, shortWaits],
  ...[elsewhereNext, postUnreachable, desertedRetried, desertedNotRetried],
  ...[delayed, sometimesDelayed, aborted, sometimesAborted, grpcAborted, chosen, delayedTooLong, plain],
  ...fresh,
];

describe("requests", () => {
  let pods: TwoSidecars;
  before(async () => {
    pods = await startPolicyMesh(services);
  });
  after(() => pods.close());

  const get = (service: PolicyService, path = "/", more: Partial<PageRequest> = {}): Promise<Page> =>
    pods.client.application.getPage(to(service, path, more));
  const be = (state: Parameters<typeof pods.server.application.beReplica>[1], port: number = first): Promise<void> =>
    pods.server.application.beReplica(port, state);
  /** The status of one answer, and how often the replicas have been asked for it. */
  const asked = async (...request: Parameters<typeof get>): Promise<readonly [number, number]> => {
    await pods.server.application.replicaRecords();
    const { status } = await get(...request);
    const records = Object.values(await pods.server.application.replicaRecords());
    return [status, records.reduce((sum, { requests }) => sum + requests, 0)];
  };
  /** Each waits for a connection that it does not get. */
  const connected = async (service: PolicyService, method = "GET"): Promise<number> => {
    const count = (): Promise<number> => statistic(pods, service, "upstream_rq_pending_total");
    const before = await count();
    assert.equal((await get(service, "/", { method })).status, 503);
    return (await count()) - before;
  };

  describe("timeouts", () => {
    test("request: what takes longer is answered 504; 0 is no limit", async () => {
      const { status, ms } = await get(limited, "/?delay=3000");
      assert.equal(status, 504);
      assert.ok(ms < 3_000, `${ms} ms`);
      assert.equal((await get(limited)).status, 200);
      assert.equal((await get(unlimited, "/?delay=1000")).status, 200);
    });

    test("idle: what is silent for longer is answered 504, or broken off", async () => {
      assert.equal((await get(silent, "/?delay=3000")).status, 504);
      assert.equal((await get(silent)).status, 200);
      const begun = await get(silent, "/?pause=3000");
      assert.equal(begun.status, 0);
      assert.match(begun.body, /^so far /);
      assert.equal((await get(unlimited, "/?pause=600")).status, 200);
      await eventually("it is logged as such", () =>
        pods.client.envoy.accessLog().some(({ response_flags: flags }) => /SI/.test(String(flags))),
      );
    });
  });

  describe("retries", () => {
    test("connectFailure is tried again, and attempts says how often", async () => {
      assert.equal(await connected(connectFailure), 3);
      assert.equal(await connected(otherThanConnecting), 1);
      assert.equal(await connected(noAttempts), 1);
      assert.equal(await connected(fourAttempts), 5);
    });

    test("connectFailure: also where the server's sidecar finds nobody, and whatever the method", async () => {
      const statuses = async (service: PolicyService): Promise<readonly number[]> => {
        const requests = times(20, to(service, "/", { method: "POST" }));
        const pages = await pods.client.application.getEach(requests, 1);
        assert.ok(pages.every(({ headers }) => !("x-outrigger-unseen" in headers)));
        return [...tally(pages, ({ status }) => status).keys()].sort();
      };
      assert.deepEqual(await statuses(desertedRetried), [200]);
      assert.deepEqual(await statuses(desertedNotRetried), [200, 503]);
    });

    test("refusedStream: what a server has not looked at is tried again, also a POST", async () => {
      const page = async (service: PolicyService, method: string): Promise<string> => {
        const path = `/refused/${service.host}/${method}`;
        return (await pods.client.application.getPageOverHttp2(`http://${ipOf(service)}${path}`, method)).body;
      };
      assert.equal(await page(refusedStream, "GET"), "asked 2 times");
      assert.equal(await page(refusedStream, "POST"), "asked 2 times");
      assert.match(await page(refusedForGood, "GET"), /^upstream connect error/);
    });

    test("reset: what is broken off is tried again, but for what may not be repeated", async () => {
      await be({ broken: true });
      // The server's sidecar makes a 503 of it, which is an answer and no reset.
      assert.deepEqual(await asked(reset), [503, 1]);
      assert.deepEqual(await asked(serverError), [503, 3]);
      assert.deepEqual(await asked(serverError, "/", { method: "POST" }), [503, 1]);
      await be({});
    });

    test("serverError and gatewayError: by status", async () => {
      assert.deepEqual(await asked(serverError, "/?status=500"), [500, 3]);
      assert.deepEqual(await asked(serverError, "/?status=404"), [404, 1]);
      assert.deepEqual(await asked(gatewayError, "/?status=500"), [500, 1]);
      for (const status of [502, 503, 504])
        assert.deepEqual(await asked(gatewayError, `/?status=${status}`), [status, 3]);
    });

    test("statusCodes: those and no others", async () => {
      for (const status of [409, 429]) assert.deepEqual(await asked(statusCodes, `/?status=${status}`), [status, 3]);
      assert.deepEqual(await asked(statusCodes, "/?status=503"), [503, 1]);
    });

    test("methods: what an application may have seen is repeated only of these", async () => {
      const statuses = async (service: PolicyService, method: string): Promise<number> =>
        (await asked(service, "/?status=500", { method }))[1];
      for (const method of idempotent.filter((each) => each !== "TRACE")) {
        assert.equal(await statuses(serverError, method), 3, method);
      }
      for (const method of ["POST", "PATCH"]) assert.equal(await statuses(serverError, method), 1, method);
      assert.equal(await statuses(allMethods, "POST"), 3);
      assert.equal(await statuses(allMethods, "GET"), 1);
      // Nobody has seen this one.
      assert.equal(await connected(postUnreachable, "POST"), 3);
    });

    test("conditions of gRPC: by status", async () => {
      await be({ headers: grpcAnswer });
      const call = { method: "POST", headers: { "content-type": "application/grpc" } };
      assert.deepEqual(await asked(unavailable, "/", call), [200, 3]);
      assert.deepEqual(await asked(otherStatus, "/", call), [200, 1]);
      for (const status of ["1", "4", "8", "13"]) {
        await be({ headers: { ...grpcAnswer, "grpc-status": status } });
        assert.deepEqual(await asked(otherStatus, "/", call), [200, 3], status);
        assert.deepEqual(await asked(unavailable, "/", call), [200, 1], status);
      }
      await be({});
    });

    test("perTryTimeout: an attempt that takes longer is given up, and tried again if that is a condition", async () => {
      assert.deepEqual(await asked(perTry, "/?delay=1500"), [504, 3]);
      assert.deepEqual(await asked(perTry, "/?delay=1500", { method: "POST" }), [504, 1]);
      assert.deepEqual(await asked(perTryUnseen, "/?delay=1500"), [504, 1]);
    });

    test("backOff: base is how long to wait, max the longest", async () => {
      assert.deepEqual(await asked(longWaits, "/?status=500"), [504, 1]);
      assert.deepEqual(await asked(shortWaits, "/?status=500"), [500, 21]);
    });

    test("the next attempt goes to another replica", async () => {
      await be({ status: 500 }, first);
      await be({ status: 500 }, second);
      const pages = await pods.client.application.getEach(times(30, to(elsewhereNext)), 1);
      assert.deepEqual([...tally(pages, ({ status }) => status)], [[200, 30]]);
      await be({}, first);
      await be({}, second);
    });
  });

  describe("faultInjection", () => {
    const share = async (service: PolicyService, isHit: (page: Page) => boolean): Promise<number> => {
      const pages = await pods.client.application.getEach(times(400, to(service)), 8);
      return pages.filter(isHit).length / 4;
    };

    const delaysInjected = async (): Promise<number> => {
      const [, count] = /fault\.delays_injected: (\d+)/.exec(await pods.client.admin("/stats")) ?? [];
      return Number(count);
    };

    test("delay: requests are kept back, as many as percent says", async () => {
      const { status, ms } = await get(delayed);
      assert.equal(status, 200);
      assert.ok(ms >= 390, `${ms} ms`);
      const before = await delaysInjected();
      assert.equal(await share(sometimesDelayed, ({ status: answered }) => answered === 200), 100);
      const hit = (await delaysInjected()) - before;
      assert.ok(hit > 60 && hit < 140, `${hit} of 400`);
    });

    test("delay: nobody is lost who waits for a Service to become known", async () => {
      for (const each of fresh) {
        const pages = await pods.client.application.getEach(times(16, to(each)), 8);
        assert.deepEqual([...tally(pages, ({ status }) => status)], [[200, 16]]);
      }
    });

    test("delay: counts as time", async () => {
      assert.deepEqual(await asked(delayedTooLong), [504, 0]);
    });

    test("abort: requests are answered, and go nowhere, as many as percent says", async () => {
      assert.deepEqual(await asked(aborted), [418, 0]);
      const hit = await share(sometimesAborted, ({ status }) => status === 503);
      assert.ok(hit > 15 && hit < 35, `${hit} %`);
      const call = { method: "POST", headers: { "content-type": "application/grpc" } };
      assert.equal((await get(grpcAborted, "/", call)).headers["grpc-status"], "8");
    });

    test("headers: only requests that have all of them", async () => {
      const status = async (headers: Readonly<Record<string, string>>): Promise<number> =>
        (await get(chosen, "/", { headers })).status;
      assert.equal(await status({ "x-test": "yes", "x-user": "a12" }), 500);
      assert.equal(await status({ "x-test": "yes" }), 200);
      assert.equal(await status({ "x-test": "yes", "x-user": "a12b" }), 200);
      assert.equal(await status({ "x-test": "no", "x-user": "a12" }), 200);
    });

    test("a policy that comes and goes changes no listener", async () => {
      const listeners = async (): Promise<readonly string[]> =>
        (await pods.client.admin("/stats"))
          .split("\n")
          .filter((line) => /^listener_manager\.listener_(added|modified|in_place_updated|removed):/.test(line));
      const before = await listeners();
      assert.equal(before.length, 4);
      assert.equal((await get(plain)).status, 200);
      const other = services.filter((each) => each !== plain);
      await pods.controlPlane.state(policyMesh([...other, { ...plain, policy: aborted.policy }]));
      await eventually("it applies", async () => (await get(plain)).status === 418);
      await pods.controlPlane.state(policyMesh(services));
      await eventually("it is gone", async () => (await get(plain)).status === 200);
      assert.deepEqual(await listeners(), before);
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
