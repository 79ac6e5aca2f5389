/**
 * What a real sidecar makes of routes: which rule takes a request, what it changes, and where it sends the request or its
 * client.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../../eventually.ts";
import type { SaidRule } from "../../mesh/sample-routes.ts";
import type { RoutedPods } from "./routed-pods.ts";
import { backends, echoOf, servers, startRoutedPods, valuesOf, web } from "./routed-pods.ts";

const to = (name: "one" | "two" | "three"): Pick<SaidRule, "backends"> => ({ backends: [{ to: backends[name] }] });
const prefix = (value: string): { readonly path: { readonly kind: "prefix"; readonly value: string } } => ({
  path: { kind: "prefix", value },
});

describe("routes of a Service", () => {
  let pods: RoutedPods;
  before(async () => {
    pods = await startRoutedPods();
  });
  after(() => pods.close());

  const portOf = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    echoOf(await pods.get(path, { headers })).port;

  test("the first rule that matches takes a request; none is 404, and the access log says which", async () => {
    await pods.route([
      { match: { path: { kind: "exact", value: "/exact" } }, ...to("one") },
      { match: { path: { kind: "regex", value: "/v[0-9]+/.*" } }, ...to("two") },
      { match: { ...prefix("/shop"), method: "DELETE" }, ...to("two") },
      { match: { ...prefix("/shop"), headers: [{ kind: "exact", name: "x-user", value: "beta" }] }, ...to("three") },
      { match: { ...prefix("/shop"), headers: [{ kind: "regex", name: "x-user", value: "a.*" }] }, ...to("two") },
      { match: { ...prefix("/shop"), queryParams: [{ kind: "exact", name: "q", value: "1" }] }, ...to("two") },
      { match: prefix("/shop"), ...to("one") },
    ]);
    assert.equal(await portOf("/exact?with=query"), servers.one);
    assert.equal(await portOf("/v12/a/b"), servers.two);
    assert.equal(await portOf("/shop"), servers.one);
    assert.equal(await portOf("/shop/a"), servers.one);
    assert.equal(await portOf("/shop/a", { "x-user": "beta" }), servers.three);
    assert.equal(await portOf("/shop/a", { "x-user": "anna" }), servers.two);
    assert.equal(await portOf("/shop/a", { "x-user": "not anna" }), servers.one);
    assert.equal(await portOf("/shop?a=2&q=1"), servers.two);
    assert.equal(echoOf(await pods.get("/shop/a", { method: "DELETE" })).port, servers.two);
    for (const path of ["/exact/", "/v/a", "/shopping", "/"]) assert.equal((await pods.get(path)).status, 404, path);
    const routeOf = (path: string): unknown =>
      pods.client.envoy.accessLog().findLast((line) => line["path"] === path)?.["route"];
    await eventually("the log names the rules", () => routeOf("/v12/a/b") === "shop/web#2" && routeOf("/") === null);
  });

  test("a long expression does no harm", async () => {
    const value = `/(${Array.from({ length: 40 }, (_, index) => `word-${index}`).join("|")}|[a-z]{1,100})`;
    await pods.route([{ match: { path: { kind: "regex", value } }, ...to("two") }]);
    assert.equal(await portOf("/word-39"), servers.two);
    assert.equal((await pods.get("/Other")).status, 404);
  });

  test("headers are set, added and removed, first as the rule says and then as the backend does", async () => {
    const values = (value: string): readonly { readonly name: string; readonly value: string }[] => [
      { name: "x-set", value },
    ];
    await pods.route([
      {
        match: prefix("/rule"),
        request: { set: values("100%"), add: [{ name: "x-add", value: "more" }], remove: ["x-remove"] },
        response: { set: [{ name: "x-answer", value: "rule" }], remove: ["x-served-by"] },
        ...to("one"),
      },
      {
        match: prefix("/backend"),
        request: { set: values("rule"), remove: ["x-remove"] },
        response: { set: [{ name: "x-answer", value: "rule" }] },
        backends: [
          {
            to: backends.one,
            request: { set: values("backend"), add: [{ name: "x-remove", value: "back" }] },
            response: { add: [{ name: "x-answer", value: "backend" }] },
          },
          { to: backends.one, request: { remove: ["x-set"] } },
        ],
      },
    ]);
    const headers = { "x-set": "client", "x-add": "client", "x-remove": "client" };
    const page = await pods.get("/rule", { headers });
    const echo = echoOf(page);
    assert.deepEqual(valuesOf(echo, "x-set"), ["100%"]);
    assert.deepEqual(valuesOf(echo, "x-add").join(), "client,more");
    assert.deepEqual(valuesOf(echo, "x-remove"), []);
    assert.deepEqual(page.headers["x-answer"], "rule");
    assert.equal(page.headers["x-served-by"], undefined);
    const seen = new Set<string>();
    await eventually("both backends have answered", async () => {
      const answer = await pods.get("/backend", { headers });
      const [set, removed] = ["x-set", "x-remove"].map((name) => valuesOf(echoOf(answer), name).join());
      seen.add(JSON.stringify([set, removed, answer.headers["x-answer"]]));
      return seen.size === 2;
    });
    assert.deepEqual([...seen].sort(), ['["","","rule"]', '["backend","back","rule, backend"]']);
    assert.doesNotMatch(page.body, /x-outrigger|x-envoy|x-forwarded-proto|x-request-id/);
  });

  test("paths and hosts are rewritten, and queries stay", async () => {
    await pods.route([
      {
        match: prefix("/full"),
        rewrite: { hostname: undefined, path: { kind: "full", value: "/100%" } },
        ...to("one"),
      },
      { match: prefix("/a"), rewrite: { hostname: undefined, path: { kind: "prefix", value: "/b/" } }, ...to("one") },
      { match: prefix("/drop"), rewrite: { hostname: undefined, path: { kind: "prefix", value: "/" } }, ...to("one") },
      { match: prefix("/host"), rewrite: { hostname: "www.example", path: undefined }, ...to("one") },
      {
        match: prefix("/hosts"),
        rewrite: { hostname: "both.example", path: undefined },
        backends: [{ to: backends.one, request: { set: [{ name: "x-one", value: "1" }] } }, { to: backends.two }],
      },
      { rewrite: { hostname: undefined, path: { kind: "prefix", value: "/under" } }, ...to("one") },
    ]);
    const paths = {
      "/full/x?q=1": "/100%?q=1",
      "/a": "/b",
      "/a/": "/b/",
      "/a/x/a?q=/a": "/b/x/a?q=/a",
      "/drop": "/",
      "/drop/": "/",
      "/drop?q": "/?q",
      "/drop/x?q=/drop/": "/x?q=/drop/",
      "/drop//x": "//x",
      "/other": "/under/other",
      "/": "/under/",
    };
    for (const [path, rewritten] of Object.entries(paths)) assert.equal(echoOf(await pods.get(path)).url, rewritten);
    const host = async (path: string): Promise<string> => valuesOf(echoOf(await pods.get(path)), "host").join();
    assert.equal(await host("/host"), "www.example");
    assert.equal(await host("/hosts"), "both.example");
    assert.equal(await host("/a"), web.host);
  });

  test("redirects", async () => {
    const rules: readonly SaidRule[] = [
      { match: prefix("/scheme"), redirect: { scheme: "https" } },
      { match: prefix("/insecure"), redirect: { scheme: "http" } },
      { match: prefix("/plain"), redirect: { path: { kind: "full", value: "/elsewhere" } } },
      { match: prefix("/secure-port"), redirect: { scheme: "https", port: 443 } },
      { match: prefix("/secure-host"), redirect: { scheme: "https", hostname: "example.org", statusCode: 301 } },
      { match: prefix("/host"), redirect: { hostname: "example.org", statusCode: 303 } },
      { match: prefix("/port"), redirect: { port: 8443, statusCode: 307 } },
      { match: prefix("/80"), redirect: { hostname: "example.org", port: 80, statusCode: 308 } },
      { match: prefix("/full"), redirect: { hostname: "example.org", path: { kind: "full", value: "/new" } } },
      { match: prefix("/a"), redirect: { hostname: "example.org", path: { kind: "prefix", value: "/b" } } },
      { match: prefix("/drop"), redirect: { hostname: "example.org", path: { kind: "prefix", value: "/" } } },
    ];
    const to = async (path: string, host = "web", forwarded = "https"): Promise<string> => {
      const { status, headers } = await pods.get(path, { headers: { host, "x-forwarded-proto": forwarded } });
      return `${status} ${String(headers["location"])}`;
    };
    await pods.route(rules);
    assert.equal(await to("/scheme/x?q=1"), "302 https://web/scheme/x?q=1");
    assert.equal(await to("/scheme", "web:80"), "302 https://web:443/scheme");
    assert.equal(await to("/scheme", "[fd96::1]"), "302 https://[fd96::1]/scheme");
    assert.equal(await to("/scheme", "[fd96::1]:80"), "302 https://[fd96::1]:443/scheme");
    // By the client's own word, it has used HTTP, and the port is HTTP's: both go. Elsewhere the port is told apart from no other.
    assert.equal(await to("/scheme?q", "web:80", "http"), "302 https://web/scheme?q");
    assert.equal(await to("/scheme", "[fd96::1]:80", "http"), "302 https://[fd96::1]/scheme");
    assert.equal(await to("/scheme", "web:443", "http"), "302 https://web:443/scheme");
    assert.equal(await to("/scheme", "web:8080", "http"), "302 https://web:443/scheme");
    assert.equal(await to("/insecure", "web:443"), "302 http://web/insecure");
    assert.equal(await to("/insecure", "web:80"), "302 http://web:80/insecure");
    assert.equal(await to("/insecure", "web"), "302 http://web/insecure");
    assert.equal(await to("/plain", "web:80"), "302 http://web:80/elsewhere");
    assert.equal(await to("/plain", "web"), "302 http://web/elsewhere");
    assert.equal(await to("/secure-port", "web"), "302 https://web/secure-port");
    assert.equal(await to("/secure-port", "web:80", "http"), "302 https://web/secure-port");
    assert.equal(await to("/secure-host"), "301 https://example.org/secure-host");
    assert.equal(await to("/host?q"), "303 http://example.org/host?q");
    assert.equal(await to("/port", "web:80"), "307 http://web:8443/port");
    assert.equal(await to("/80"), "308 http://example.org/80");
    assert.equal(await to("/full/x?q=1"), "302 http://example.org/new?q=1");
    assert.equal(await to("/a/x?q=1"), "302 http://example.org/b/x?q=1");
    assert.equal(await to("/a"), "302 http://example.org/b");
    assert.equal(await to("/drop/x?q=1"), "302 http://example.org/x?q=1");
    assert.equal(await to("/drop"), "302 http://example.org/");
    // On another port than its scheme's, the Service's own is named, whatever the client calls it.
    await pods.route(rules, { port: 8080 });
    assert.equal(await to("/host"), "303 http://example.org:8080/host");
    assert.equal(await to("/scheme", "web:8080"), "302 https://web:443/scheme");
  });

  test("requests are shared out by weight", async () => {
    await pods.route([
      {
        backends: [
          { to: backends.one, weight: 70 },
          { to: backends.two, weight: 30 },
          { to: backends.three, weight: 0 },
        ],
      },
    ]);
    const counts = await pods.client.application.tally({ ...web, path: "/" }, 2000);
    assert.deepEqual(Object.keys(counts).sort(), [`200 ${servers.one}`, `200 ${servers.two}`]);
    const share = (counts[`200 ${servers.one}`] ?? 0) / 2000;
    assert.ok(share > 0.65 && share < 0.75, JSON.stringify(counts));
  });

  test("the share of a backend that there is not is answered 500, the others keep theirs", async () => {
    await pods.route([
      { match: prefix("/none"), backends: [{ weight: 1 }] },
      { match: prefix("/nobody") },
      { backends: [{ weight: 5000 }, { to: backends.one, weight: 2500 }, { to: backends.two, weight: 2500 }] },
    ]);
    for (const path of ["/none", "/nobody"]) {
      const page = await pods.get(path);
      assert.equal(page.status, 500);
      assert.match(page.body, /HTTPRoute shop\/web has no backend/);
    }
    const counts = await pods.client.application.tally({ ...web, path: "/" }, 2000);
    const share = (answer: string): number => (counts[answer] ?? 0) / 2000;
    assert.ok(Math.abs(share("500") - 0.5) < 0.05, JSON.stringify(counts));
    assert.ok(Math.abs(share(`200 ${servers.one}`) - 0.25) < 0.05, JSON.stringify(counts));
    assert.ok(Math.abs(share(`200 ${servers.two}`) - 0.25) < 0.05, JSON.stringify(counts));
  });

  test("a gRPC call is answered as one", async () => {
    await pods.route([
      { match: { path: { kind: "exact", value: "/shop.Talk/Echo" } }, backends: [{ to: backends.grpc }] },
      { origin: { kind: "GRPCRoute" }, match: { path: { kind: "exact", value: "/shop.Talk/Gone" } }, backends: [{}] },
    ]);
    const call = (path: string): ReturnType<typeof pods.client.application.callGrpc> =>
      pods.client.application.callGrpc({ ...web, path, messages: ["hello"] });
    assert.deepEqual(await call("/shop.Talk/Echo"), { status: "0", messages: ["hello"] });
    // UNAVAILABLE, UNIMPLEMENTED
    assert.equal((await call("/shop.Talk/Gone")).status, "14");
    assert.equal((await call("/shop.Talk/Other")).status, "12");
  });
});
