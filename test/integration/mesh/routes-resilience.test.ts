/**
 * What a real sidecar does about servers that are slow or fail, and what routes ask of it beside that: copies of requests,
 * sessions, answers to browsers.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../../eventually.ts";
import type { SaidRule } from "../../mesh/sample-routes.ts";
import type { Page } from "../envoy/conversations.ts";
import type { RoutedPods } from "./routed-pods.ts";
import { backends, echoOf, servers, startRoutedPods, web } from "./routed-pods.ts";

const toOne = { backends: [{ to: backends.one }] };
const prefix = (value: string): { readonly path: { readonly kind: "prefix"; readonly value: string } } => ({
  path: { kind: "prefix", value },
});

/** What a browser would bring back. */
function cookiesOf({ headers }: Page): string {
  const set = [headers["set-cookie"] ?? []].flat();
  return set.map((cookie) => cookie.slice(0, cookie.indexOf(";"))).join("; ");
}

describe("routes of a Service", () => {
  let pods: RoutedPods;
  before(async () => {
    pods = await startRoutedPods();
  });
  after(() => pods.close());

  /** What the servers were asked since the last time, but for the pages by which the test waits. */
  const askedFor = async (): Promise<readonly string[]> =>
    (await pods.server.application.askedFor()).filter((line) => !line.includes("/generation-"));

  test("a time limit ends in 504: of the whole request, of one attempt; 0 and none are no limit", async () => {
    await pods.route([
      { match: prefix("/flaky/request"), requestTimeoutMs: 200, ...toOne },
      { match: prefix("/flaky/attempt"), backendTimeoutMs: 200, ...toOne },
      { match: prefix("/flaky/zero"), requestTimeoutMs: 0, backendTimeoutMs: 0, ...toOne },
      toOne,
    ]);
    const slow = (name: string): ReturnType<RoutedPods["get"]> => pods.get(`/flaky/${name}?failures=1&delayMs=1000`);
    const [request, attempt, zero, none] = await Promise.all(["request", "attempt", "zero", "none"].map(slow));
    assert.deepEqual([request?.status, attempt?.status], [504, 504]);
    assert.deepEqual([zero?.body, none?.body], ["asked 1 times", "asked 1 times"]);
    // Nothing was tried again: the application may have done what it was asked.
    assert.equal((await slow("attempt")).body, "asked 2 times");
  });

  test("what may have been seen is not tried again, unless the route says so", async () => {
    const retry = { attempts: 2, codes: [503], backoffMs: undefined };
    await pods.route([{ match: prefix("/flaky/told"), retry, backendTimeoutMs: 500, ...toOne }, toOne]);
    assert.equal((await pods.get("/flaky/told/503?failures=2&status=503")).body, "asked 3 times");
    assert.equal((await pods.get("/flaky/told/post?failures=1&status=503", { method: "POST" })).body, "asked 2 times");
    assert.equal((await pods.get("/flaky/told/too-often?failures=9&status=503")).status, 503);
    assert.equal((await pods.get("/flaky/told/too-often?failures=3&status=503")).body, "asked 4 times");
    assert.equal((await pods.get("/flaky/told/500?failures=1&status=500")).status, 500);
    assert.equal((await pods.get("/flaky/told/reset?failures=1")).body, "asked 2 times");
    assert.equal((await pods.get("/flaky/told/slow?failures=1&delayMs=1500")).body, "asked 2 times");
    assert.equal((await pods.get("/flaky/untold-503?failures=1&status=503")).status, 503);
    assert.equal((await pods.get("/flaky/untold-reset?failures=1")).status, 503);
    assert.equal((await pods.get("/flaky/untold-reset?failures=1")).body, "asked 2 times");
  });

  test("what a sidecar could not pass on to its application is sent to another, also a POST, and nobody sees how", async () => {
    await pods.unroute();
    const half = { host: "10.96.1.11", port: 80, path: "/", headers: { host: "half" } } as const;
    for (const method of ["GET", "POST"]) {
      assert.deepEqual(await pods.client.application.tally({ ...half, method }, 60), { [`200 ${servers.one}`]: 60 });
    }
    const policy = { attempts: 0, codes: [], backoffMs: undefined };
    await pods.route([{ retry: policy, backends: [{ to: backends.half }] }]);
    const answers = await Promise.all(Array.from({ length: 30 }, async () => pods.get("/")));
    const failed = answers.filter(({ status }) => status === 503);
    assert.ok(failed.length > 0 && failed.length < answers.length, "a route may want no second attempt");
    for (const { headers } of failed) assert.equal(headers["x-outrigger-unseen"], undefined);
  });

  test("what a rule says itself wins over policies, and a route's policy over the Service's", async () => {
    const ofRoute = { timeouts: { requestMs: 200, idleMs: undefined } };
    await pods.route(
      [
        { match: prefix("/flaky/rule"), requestTimeoutMs: 0, requests: ofRoute, ...toOne },
        { match: prefix("/flaky/route"), requests: ofRoute, ...toOne },
        { match: prefix("/flaky/service"), ...toOne },
      ],
      { requests: { timeouts: { requestMs: 2_000, idleMs: undefined } } },
    );
    const slow = async (name: string, delayMs: number): Promise<number> =>
      (await pods.get(`/flaky/${name}?failures=99&delayMs=${delayMs}`)).status;
    const asked = [slow("rule", 2_500), slow("route", 800), slow("service", 800), slow("service", 4_000)];
    assert.deepEqual(await Promise.all(asked), [200, 504, 200, 504]);
  });

  test("the whole limit covers all attempts", async () => {
    const retry = { attempts: 50, codes: [503], backoffMs: 100 };
    await pods.route([{ retry, requestTimeoutMs: 400, ...toOne }]);
    assert.equal((await pods.get("/flaky/forever?failures=1000&status=503")).status, 504);
  });

  test("requests are mirrored, with their bodies, and what mirrors answer is ignored", async () => {
    await pods.route([
      { match: prefix("/all"), mirrors: [{ to: backends.two }, { to: backends.three }], ...toOne },
      { match: prefix("/some"), mirrors: [{ to: backends.two, perMillion: 250_000 }], ...toOne },
    ]);
    await askedFor();
    const connection = await pods.client.application.connectTo();
    const request = { ...web, path: "/all?q=1", method: "POST", headers: { host: "web" } };
    const post = await pods.client.application.ask(connection, request, "x".repeat(200_000));
    await pods.client.application.hangUp(connection);
    assert.equal(echoOf(post).port, servers.one);
    const copies = Object.values(servers).map((port) => `${port} POST /all?q=1 web 200000`);
    const seen: string[] = [];
    await eventually("both mirrors have it", async () => {
      seen.push(...(await askedFor()));
      return seen.length >= 3;
    });
    assert.deepEqual(seen.sort(), copies);
    assert.doesNotMatch(post.body, /x-outrigger|x-envoy/);
    await pods.client.application.tally({ ...web, path: "/some" }, 1000);
    let mirrored = 0;
    await eventually("the mirror has its share", async () => {
      mirrored += (await askedFor()).filter((line) => line.startsWith(String(servers.two))).length;
      return mirrored > 150;
    });
    assert.ok(mirrored < 350, String(mirrored));
  });

  test("a session stays at its replica, by cookie or header", async () => {
    await pods.route([
      {
        match: prefix("/cookie"),
        sessionPersistence: { kind: "cookie", name: "cart", lifetimeMs: 60_000 },
        backends: [{ to: backends.all }],
      },
      {
        match: prefix("/header"),
        sessionPersistence: { kind: "header", name: "x-session", lifetimeMs: undefined },
        backends: [{ to: backends.all }],
      },
    ]);
    const first = await pods.get("/cookie");
    const set = first.headers["set-cookie"]?.[0] ?? "";
    assert.match(set, /^cart="[^"]+"; Max-Age=60; Path=\/; HttpOnly$/);
    const cookie = set.slice(0, set.indexOf(";"));
    assert.deepEqual(await pods.client.application.tally({ ...web, path: "/cookie", headers: { cookie } }, 30), {
      [`200 ${echoOf(first).port}`]: 30,
    });
    const answered = await pods.get("/header");
    const session = String(answered.headers["x-session"]);
    assert.deepEqual(
      await pods.client.application.tally({ ...web, path: "/header", headers: { "x-session": session } }, 30),
      { [`200 ${echoOf(answered).port}`]: 30 },
    );
    const without = await pods.client.application.tally({ ...web, path: "/cookie" }, 60);
    assert.equal(Object.keys(without).length, 3, JSON.stringify(without));
  });

  test("a session stays at its backend, also when that gets no new ones", async () => {
    const split = (weights: readonly [number, number]): readonly SaidRule[] => [
      {
        sessionPersistence: { kind: "cookie", name: "cart", lifetimeMs: undefined },
        backends: [
          { to: backends.one, weight: weights[0] },
          { to: backends.two, weight: weights[1] },
        ],
      },
    ];
    await pods.route(split([0, 1]));
    const first = await pods.get("/");
    assert.equal(echoOf(first).port, servers.two);
    const cookie = cookiesOf(first);
    await pods.route(split([1, 0]));
    assert.deepEqual(await pods.client.application.tally({ ...web, path: "/", headers: { cookie } }, 20), {
      [`200 ${servers.two}`]: 20,
    });
    assert.equal(echoOf(await pods.get("/")).port, servers.one);
  });

  test("a session has nothing to do with a backend that is missing", async () => {
    const sessionPersistence = { kind: "cookie", name: "cart", lifetimeMs: undefined } as const;
    await pods.route([{ sessionPersistence, backends: [{ to: backends.one, weight: 1 }, { weight: 3 }] }]);
    let begun = await pods.get("/");
    await eventually("a session has begun", async () => {
      begun = await pods.get("/");
      return begun.status === 200;
    });
    const headers = { cookie: cookiesOf(begun) };
    assert.deepEqual(await pods.client.application.tally({ ...web, path: "/", headers }, 40), {
      [`200 ${servers.one}`]: 40,
    });
  });

  test("browsers are told what they may do across origins", async () => {
    const cors = {
      allowOrigins: ["https://*.example.org", "http://a.example:80"],
      allowCredentials: true,
      allowMethods: ["GET", "PUT"],
      allowHeaders: ["x-one"],
      exposeHeaders: ["x-answer"],
      maxAgeSeconds: 600,
    };
    await pods.route([
      { match: { ...prefix("/put"), method: "PUT" }, cors, ...toOne },
      { match: prefix("/any"), cors: { allowOrigins: ["*"], allowMethods: ["*"], allowHeaders: ["*"] }, ...toOne },
    ]);
    const preflight = (path: string, origin: string): ReturnType<RoutedPods["get"]> =>
      pods.get(path, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "PUT", "access-control-request-headers": "x-one" },
      });
    const allowed = ({ headers }: Awaited<ReturnType<RoutedPods["get"]>>): Readonly<Record<string, unknown>> =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("access-control-")));
    await askedFor();
    assert.deepEqual(allowed(await preflight("/put", "https://a.b.example.org")), {
      "access-control-allow-origin": "https://a.b.example.org",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, PUT",
      "access-control-allow-headers": "x-one",
      "access-control-expose-headers": "x-answer",
      "access-control-max-age": "600",
    });
    assert.deepEqual(allowed(await preflight("/any", "null")), {
      "access-control-allow-origin": "null",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "x-one",
      "access-control-max-age": "5",
    });
    for (const origin of ["https://example.org", "http://a.example.org", "https://a.example.org.evil"]) {
      const refused = await preflight("/put", origin);
      assert.equal(refused.status, 200);
      assert.equal(refused.headers["access-control-allow-origin"], undefined, origin);
    }
    assert.deepEqual(await askedFor(), []);
    const put = await pods.get("/put", { method: "PUT", headers: { origin: "http://a.example" } });
    assert.equal(echoOf(put).method, "PUT");
    assert.deepEqual(allowed(put), {
      "access-control-allow-origin": "http://a.example",
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": "x-answer",
    });
  });
});
