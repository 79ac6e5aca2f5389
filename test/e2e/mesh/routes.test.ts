/**
 * What routes do to requests, as far as the Gateway API's own suite does not look at it: it compares neither the Location of a
 * redirect nor the path that the application gets.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { kubectlOk } from "../kubectl.ts";
import { scenario } from "../scenario.ts";
import { echoOf, isFrom, replaceFullPath, replacePrefix, toService, underPrefix } from "./http-routes.ts";
import { routedServiceOfFile } from "./routed-service.ts";

const web = routedServiceOfFile("routes");

function redirect(prefix: string, requestRedirect: object): object {
  return { matches: [underPrefix(prefix)], filters: [{ type: "RequestRedirect", requestRedirect }] };
}

function rewrite(prefix: string, urlRewrite: object): object {
  const filters = [{ type: "URLRewrite", urlRewrite }];
  return { matches: [underPrefix(prefix)], filters, backendRefs: [toService("green")] };
}

/** What a client asks for → what it is told. */
const redirects: Readonly<Record<string, string>> = {
  "http://web/host/a?b=c": "302 http://example.org/host/a?b=c",
  "http://web:8000/host/a": "302 http://example.org:8000/host/a",
  "http://web/scheme/a": "302 https://web/scheme/a",
  "http://web/port/a": "302 http://web:8083/port/a",
  "http://web:8000/port/a": "302 http://web:8083/port/a",
  "http://web/scheme-and-port/a": "302 https://web:8443/scheme-and-port/a",
  "http://web/secure-port/a": "302 https://web/secure-port/a",
  "http://web/prefix/lemon?b=c": "301 http://web/new/lemon?b=c",
  "http://web:8000/prefix/lemon": "301 http://web:8000/new/lemon",
  "http://web/prefix": "301 http://web/new",
  "http://web/root/lemon": "302 http://web/lemon",
  "http://web/root": "302 http://web/",
  "http://web/full/lemon": "308 http://web/all/of/it",
  "http://web/everything/lemon": "307 https://example.org:8443/else/lemon",
  // Envoy cannot leave out the port where the client has named one; that of the scheme means the same.
  "http://web:8000/scheme/a": "302 https://web:443/scheme/a",
  "http://web:8000/plain-port/a": "302 http://web:80/plain-port/a",
};

scenario("routes: where redirects lead, with the port that the client needs", async (context) => {
  const everything = { scheme: "https", hostname: "example.org", port: 8443, statusCode: 307 };
  const rules = [
    redirect("/host", { hostname: "example.org" }),
    redirect("/scheme", { scheme: "https" }),
    redirect("/port", { port: 8083 }),
    redirect("/plain-port", { port: 80 }),
    redirect("/scheme-and-port", { scheme: "https", port: 8443 }),
    redirect("/secure-port", { scheme: "https", port: 443 }),
    redirect("/prefix", { statusCode: 301, ...replacePrefix("/new") }),
    redirect("/root", replacePrefix("/")),
    redirect("/full", { statusCode: 308, ...replaceFullPath("/all/of/it") }),
    redirect("/everything", { ...everything, ...replacePrefix("/else") }),
  ];
  await web().use(context, { name: "redirects", rules });
  const urls = Object.keys(redirects);
  const answers = await web().send(...urls);
  const told = answers.map(({ status, headers }) => `${status} ${headers["location"] ?? "nowhere"}`);
  assert.deepEqual(Object.fromEntries(urls.map((url, index) => [url, told[index]])), redirects);
});

/** The path that a client asks for → host and path that the application gets. */
const rewrites: Readonly<Record<string, string>> = {
  "/prefix/one/two?b=c": "web /one/two?b=c",
  "/prefix/one": "web /one",
  "/strip/three?b=c": "web /three?b=c",
  "/strip/": "web /",
  "/strip": "web /",
  "/slash/bar": "web /xyz/bar",
  "/full/lemon?b=c": "web /one?b=c",
  "/host/lemon?b=c": "example.org /host/lemon?b=c",
  "/both/lemon": "example.org /else/lemon",
  "/untouched/a%2Fb//c?d=%20": "web /untouched/a%2Fb//c?d=%20",
};

scenario("routes: the application gets the path and the host that they were rewritten to", async (context) => {
  const rules = [
    rewrite("/prefix/one", replacePrefix("/one")),
    rewrite("/strip", replacePrefix("/")),
    rewrite("/slash", replacePrefix("/xyz/")),
    rewrite("/full", replaceFullPath("/one")),
    rewrite("/host", { hostname: "example.org" }),
    rewrite("/both", { hostname: "example.org", ...replacePrefix("/else") }),
    { matches: [underPrefix("/untouched")], backendRefs: [toService("green")] },
  ];
  await web().use(context, { name: "rewrites", rules });
  const paths = Object.keys(rewrites);
  const echoes = (await web().send(...paths.map((path) => `http://web${path}`))).map(echoOf);
  const received = echoes.map(({ path, headers }) => `${headers["host"] ?? ""} ${path}`);
  assert.deepEqual(Object.fromEntries(paths.map((path, index) => [path, received[index]])), rewrites);
});

scenario(
  "routes: of two that want the same requests the older has them, and the other once it is gone",
  async (context) => {
    const under = (prefix: string, backend: string): object => ({
      matches: [underPrefix(prefix)],
      backendRefs: [toService(backend)],
    });
    await web().use(context, { name: "z-older", rules: [under("/same", "green")] });
    // Ages are in whole seconds.
    await sleep(1_100);
    await web().use(context, { name: "a-younger", rules: [under("/same", "blue"), under("/lone", "blue")] });
    const [same, lone, neither] = await web().send("http://web/same", "http://web/lone", "http://web/neither");
    assert.deepEqual(
      [same, lone].map((answer) => answer && echoOf(answer).pod),
      ["green", "blue"],
    );
    assert.equal(neither?.status, 404, "no rule takes it");
    await kubectlOk(["-n", web().namespace, "delete", "httproute", "z-older"]);
    await web().answered("http://web/same", "by blue", isFrom("blue"));
  },
);

scenario("routes: a request that takes longer than the route allows ends in 504", async (context) => {
  const rules = [{ timeouts: { request: "500ms" }, backendRefs: [toService("green")] }];
  await web().use(context, { name: "impatient", rules });
  const answers = await web().send("http://web/wait/3", "http://web/wait/0");
  assert.deepEqual(
    answers.map(({ status }) => status),
    [504, 200],
  );
});
