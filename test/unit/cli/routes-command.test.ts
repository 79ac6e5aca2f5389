import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commands } from "../../../src/cli/commands.ts";
import { SmallCluster } from "../../fake-kubernetes/small-cluster.ts";
import type { Run } from "./terminal.ts";
import { runWith } from "./terminal.ts";

const services = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ name: http, port: 80 }, { name: admin, port: 81 }] }
---
apiVersion: v1
kind: Service
metadata: { name: web-v2, namespace: shop }
spec: { ports: [{ name: http, port: 80 }] }
`;
const canary = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: canary, namespace: shop }
spec:
  parentRefs: [{ group: "", kind: Service, name: web, port: 80 }]
  rules:
    - matches: [{ path: { value: /cart }, headers: [{ name: X-Tier, value: gold }] }]
      backendRefs: [{ name: web-v2, port: 80 }]
    - name: split
      matches: [{ path: { value: /cart } }]
      backendRefs: [{ name: web, port: 80, weight: 9 }, { name: web-v2, port: 80 }]
`;

function ask(...args: readonly string[]): Promise<Run> {
  return runWith(commands, ["routes", ...args, "-f", "services", "-f", "routes"], { services, routes: canary });
}

interface Answer {
  readonly ports: readonly {
    readonly port: number;
    readonly taken?: number | null;
    readonly rules: readonly { readonly match: string; readonly mismatch?: string }[];
  }[];
}

async function askForData(...args: readonly string[]): Promise<Answer> {
  const { code, out } = await ask(...args, "-o", "json");
  assert.equal(code, 0);
  return JSON.parse(out) as Answer;
}

describe("outrigger routes, of manifests", () => {
  test("lists the rules in the order in which they are tried", async () => {
    const { code, out, err } = await ask("shop/web");
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(
      out,
      `shop/web:80, as clients in shop see it
    MATCH                          GOES TO                               BESIDES   FROM
1   /cart or below, x-tier: gold   100% shop/web-v2:80                   -         HTTPRoute shop/canary, rules[0], match 0
2   /cart or below                 90% shop/web:80, 10% shop/web-v2:80   -         HTTPRoute shop/canary, rules[1] (split), match 0
`,
    );
  });

  test("says which rule takes a request, and why the ones before it don't", async () => {
    const [port] = (await askForData("shop/web", "--path", "/cart/1?x=y")).ports;
    assert.equal(port?.taken, 1);
    assert.deepEqual(
      port.rules.map(({ mismatch }) => mismatch),
      ["there is no header x-tier", undefined],
    );
    const gold = await askForData("shop/web:80", "--path", "/cart", "--header", "X-Tier: gold");
    assert.equal(gold.ports[0]?.taken, 0);
  });

  test("says that no rule takes a request", async () => {
    assert.equal((await askForData("shop/web", "--method", "GET")).ports[0]?.taken, null);
    assert.match((await ask("shop/web", "--path", "/")).out, /\nNo rule takes the request: it is answered 404\.\n$/);
  });

  test("says where there are no routes", async () => {
    const { code, out } = await ask("shop/web:81");
    assert.deepEqual([code, out], [0, "shop/web: no routes for clients in shop; requests go to the Service itself\n"]);
  });

  test("sees a Service as the clients of another namespace do", async () => {
    const consumer = canary
      .replace("namespace: shop", "namespace: bank")
      .replace("name: web,", "name: web, namespace: shop,");
    const files = { services, routes: consumer };
    const from = async (namespace: string): Promise<string> =>
      (await runWith(commands, ["routes", "shop/web", "--from", namespace, "-f", "services", "-f", "routes"], files))
        .out;
    assert.match(await from("bank"), /HTTPRoute bank\/canary/);
    assert.match(await from("shop"), /no routes for clients in shop/);
  });

  test("tells what is wrong with routes that name the Service", async () => {
    const files = { services, routes: canary.replaceAll("web-v2", "gone").replace("type: ", "") };
    const { out } = await runWith(commands, ["routes", "shop/web", "-f", "services", "-f", "routes"], files);
    assert.match(
      out,
      /\nHTTPRoute shop\/canary: ResolvedRefs is False, BackendNotFound\n {2}spec\.rules\[0\]\.backendRefs\[0\]: /,
    );
  });

  test("says where the connections to a port go that a TCPRoute has, and what is wrong with others", async () => {
    const tcp = (name: string, time: string, backends: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: TCPRoute
metadata: { name: ${name}, namespace: shop, creationTimestamp: "${time}" }
spec:
  parentRefs: [{ group: "", kind: Service, name: db }]
  rules: [{ backendRefs: [${backends}] }]
---
`;
    const files = {
      services:
        "apiVersion: v1\nkind: Service\nmetadata: { name: db, namespace: shop }\nspec: { ports: [{ port: 5432 }] }\n",
      routes: [
        tcp("first", "2026-01-01T00:00:00Z", "{ name: db, port: 5432, weight: 3 }, { name: gone, port: 5432 }"),
        tcp("second", "2026-01-02T00:00:00Z", "{ name: db, port: 5432 }"),
      ].join(""),
    };
    const command = ["routes", "shop/db:5432", "-f", "services", "-f", "routes"];
    const { out } = await runWith(commands, command, files);
    assert.equal(
      out,
      `shop/db:5432, plain TCP
GOES TO                         FROM
75% shop/db:5432, 25% refused   TCPRoute shop/first

TCPRoute shop/first: ResolvedRefs is False, BackendNotFound
  spec.rules[0].backendRefs[1]: there is no Service shop/gone; create it, or name another one

TCPRoute shop/second: Accepted is False, Conflicted
  port 5432: the older TCPRoute first applies there
`,
    );
    const data = JSON.parse((await runWith(commands, [...command, "-o", "json"], files)).out) as object;
    assert.deepEqual("tcpPorts" in data && data.tcpPorts, [
      { port: 5432, origin: "TCPRoute shop/first", action: "75% shop/db:5432, 25% refused" },
    ]);
  });

  const wrong: readonly (readonly [readonly string[], RegExp, number])[] = [
    [["shop/nothing"], /Service shop\/nothing.*\(OUTRIGGER_OBJECT_NOT_FOUND\)/s, 1],
    [["Shop/web"], /NAMESPACE\/SERVICE.*\(OUTRIGGER_USAGE\)/s, 2],
    [[], /name one Service.*\(OUTRIGGER_USAGE\)/s, 2],
    [["shop/web", "--path", "cart"], /slash.*\(OUTRIGGER_USAGE\)/s, 2],
    [["shop/web", "--header", "x-tier"], /x-tier has no value.*\(OUTRIGGER_USAGE\)/s, 2],
    [["shop/web", "-o", "wide"], /wide.*\(OUTRIGGER_USAGE\)/s, 2],
  ];
  for (const [args, message, expected] of wrong) {
    test(`refuses ${args.join(" ") || "nothing"}`, async () => {
      const { code, err } = await ask(...args);
      assert.match(err, message);
      assert.equal(code, expected);
    });
  }

  test("shows what policies say of requests, and what is wrong with a policy", async () => {
    const policy = (name: string, targets: string, groups: string): string => `---
apiVersion: outrigger.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: ${name}, namespace: shop }
spec: { targetRefs: [${targets}], ${groups} }
`;
    const route = "{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: canary, sectionName: split }";
    const policies = [
      policy("service", "{ kind: Service, name: web }", "timeouts: { request: 2s }"),
      policy("split", route, "retries: { attempts: 0 }"),
      policy("senseless", "{ kind: Service, name: web }", "timeouts: { request: soon }"),
      policy("lost", route.replace("split", "gone"), "timeouts: { request: 1s }"),
      policy("of-another", "{ kind: Service, name: web-v2, sectionName: none }", "timeouts: { request: 1s }"),
    ];
    const files = { services, routes: canary, policies: policies.join("") };
    const args = ["routes", "shop/web", "-f", "services", "-f", "routes", "-f", "policies"];
    const { code, out } = await runWith(commands, args, files);
    assert.equal(code, 0);
    assert.match(out, /\n1 .* at most 2 s  .*\n2 .* at most 2 s; no retries /);
    assert.match(
      out,
      /\nshop\/web:81, .*\n.*\n1 +anything +the Service itself +at most 2 s +no route: Service shop\/web\n/,
    );
    assert.match(
      out,
      /\nTrafficPolicy shop\/senseless: Accepted is False, Invalid\n {2}spec.timeouts.request: "soon" is not/,
    );
    assert.match(out, /\nTrafficPolicy shop\/lost: Accepted is False, TargetNotFound\n/);
    assert.doesNotMatch(out, /of-another/);
  });

  test("warns of manifests that are no objects, and goes on", async () => {
    const files = { services: `${services}---\n[]\n`, routes: canary };
    const { code, err } = await runWith(commands, ["routes", "shop/web", "-f", "services", "-f", "routes"], files);
    assert.deepEqual([code, err], [0, "warning: services:11: the document is a list; write a Kubernetes object\n"]);
  });
});

describe("outrigger routes, in a cluster", () => {
  const gateway = "/apis/gateway.networking.k8s.io/v1";

  async function withCluster(run: (cluster: SmallCluster) => Promise<void>): Promise<void> {
    const cluster = new SmallCluster();
    await cluster.start();
    try {
      await run(cluster);
    } finally {
      await cluster.stop();
    }
  }

  test("asks for what is there, in the context's namespace unless told otherwise", () =>
    withCluster(async (cluster) => {
      const metadata = { name: "web", namespace: "default" };
      const spec = { clusterIP: "10.96.0.1", ports: [{ name: "http", port: 80 }] };
      cluster.fake.store.create("/api/v1/namespaces/default/services", { metadata, spec } as object);
      cluster.fake.store.create(`${gateway}/namespaces/default/httproutes`, {
        metadata: { name: "all", namespace: "default" },
        spec: {
          parentRefs: [{ group: "", kind: "Service", name: "web" }],
          rules: [{ backendRefs: [{ name: "web", port: 80 }] }],
        },
      } as object);
      const { code, out } = await runWith(commands, ["routes", "web", "--kubeconfig", cluster.kubeconfig]);
      assert.equal(code, 0);
      assert.match(out, /^default\/web:80, as clients in default see it\n.*\n1 +anything +100% default\/web:80 /);
    }));

  test("does without the Gateway API where it is not installed", () =>
    withCluster(async (cluster) => {
      const spec = { clusterIP: "10.96.0.1", ports: [{ name: "http", port: 80 }] };
      cluster.fake.store.create("/api/v1/namespaces/default/services", {
        metadata: { name: "web", namespace: "default" },
        spec,
      } as object);
      cluster.fake.fault = ({ path }) => (path.includes("gateway.networking") ? 404 : undefined);
      const { code, out } = await runWith(commands, ["routes", "web", "--kubeconfig", cluster.kubeconfig]);
      assert.deepEqual(
        [code, out],
        [0, "default/web: no routes for clients in default; requests go to the Service itself\n"],
      );
    }));
});
