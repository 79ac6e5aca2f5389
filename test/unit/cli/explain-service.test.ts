import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commands } from "../../../src/cli/commands.ts";
import { SmallCluster } from "../../fake-kubernetes/small-cluster.ts";
import type { Run } from "./terminal.ts";
import { runWith } from "./terminal.ts";

const status = JSON.stringify({
  mesh: { interceptionMode: "redirect", includeInboundPorts: "*", excludeInboundPorts: "", opaquePorts: "" },
});

const pod = (name: string, ip: string, injected: boolean): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  labels: { app: web${injected ? ', "outrigger.dev/injected": "true"' : ""} }
  annotations: { "outrigger.dev/status": '${status}' }
spec: { serviceAccountName: web, nodeName: n1 }
status: { phase: Running, podIP: ${ip} }
`;

const objects = [
  `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop, annotations: { outrigger.dev/opaque-ports: "9000" } }
spec:
  clusterIP: 10.96.0.1
  selector: { app: web }
  ports:
    - { name: http, port: 80, targetPort: 8080 }
    - { name: db, port: 5432 }
    - { name: own, port: 9000 }
`,
  `apiVersion: v1
kind: Service
metadata: { name: heads, namespace: shop }
spec: { clusterIP: None, ports: [{ name: http, port: 80 }] }
`,
  `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ name: http, port: 8080 }]
endpoints:
  - { addresses: [10.1.0.1], conditions: { ready: true } }
  - { addresses: [10.1.0.2], conditions: { ready: true } }
  - { addresses: [10.1.0.3], conditions: { ready: false, serving: true, terminating: true } }
`,
  pod("web-1", "10.1.0.1", true),
  pod("web-2", "10.1.0.2", false),
  pod("web-3", "10.1.0.3", true),
  `apiVersion: outrigger.dev/v1alpha1
kind: MeshTLS
metadata: { name: default, namespace: shop }
spec: { mode: strict }
`,
  `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: canary, namespace: shop }
spec:
  parentRefs: [{ group: "", kind: Service, name: web, port: 80 }]
  rules: [{ backendRefs: [{ name: web, port: 80 }, { name: gone, port: 80 }] }]
`,
  `apiVersion: outrigger.dev/v1alpha1
kind: TrafficPolicy
metadata: { name: limits, namespace: shop }
spec:
  targetRefs: [{ group: "", kind: Service, name: web, sectionName: http }]
  timeouts: { request: 5s }
`,
].join("---\n");

function ask(...args: readonly string[]): Promise<Run> {
  return runWith(commands, ["explain", ...args, "-n", "shop", "-f", "objects"], { objects });
}

describe("outrigger explain svc/NAME, of manifests", () => {
  test("tells each port's protocol and why, its endpoints, routes and policies, and what is wrong", async () => {
    const { code, out, err } = await ask("svc/web");
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(
      out,
      `Service shop/web: 10.96.0.1
PORT         PROTOCOL      BECAUSE                                                 ENDPOINTS             MTLS                          ROUTES
80 (http)    HTTP          its appProtocol or name                                 2 ready, 1 draining   2 strict, 1 without sidecar   HTTPRoute shop/canary
5432 (db)    HTTP or TCP   it says nothing: the first bytes of a connection tell   0 ready               -                             -
9000 (own)   TCP           the Service's annotation outrigger.dev/opaque-ports     0 ready               -                             -

TrafficPolicy shop/limits, port http: Programmed
  it has effect: timeouts

HTTPRoute shop/canary: ResolvedRefs is False, BackendNotFound
  spec.rules[0].backendRefs[1]: there is no Service shop/gone; create it, or name another one
`,
    );
  });

  test("as data; of a headless Service too", async () => {
    const { code, out } = await ask("service/heads", "svc/web", "-o", "json");
    assert.equal(code, 0);
    const [heads, web] = JSON.parse(out) as readonly {
      readonly addresses: readonly string[];
      readonly ports: readonly { readonly protocol: string; readonly endpoints: unknown }[];
    }[];
    assert.deepEqual([heads?.addresses, heads?.ports[0]?.protocol], [[], "http"]);
    assert.deepEqual(web?.ports[0]?.endpoints, { ready: 2, draining: 1, mtls: { strict: 2 }, plain: 1 });
  });

  test("says what is not there, and what cannot be asked together", async () => {
    const gone = await ask("svc/gone");
    assert.deepEqual([gone.code, gone.out], [1, ""]);
    assert.match(gone.err, /Service shop\/gone/);
    const both = await ask("svc/web", "pod/web-1");
    assert.equal(both.code, 2);
    assert.match(both.err, /Services by themselves/);
  });
});

test("outrigger explain svc/NAME asks the cluster", async () => {
  const cluster = new SmallCluster();
  await cluster.start();
  try {
    const metadata = { name: "web", namespace: "shop" };
    const spec = { clusterIP: "10.96.0.1", ports: [{ port: 80 }] };
    cluster.fake.store.create("/api/v1/namespaces/shop/services", { metadata, spec } as object);
    const { code, out, err } = await runWith(commands, [
      ...["explain", "svc/web", "-n", "shop", "--kubeconfig", cluster.kubeconfig],
    ]);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^Service shop\/web: 10\.96\.0\.1\n/);
    assert.match(out, /^80 +HTTP or TCP +it says nothing/m);
  } finally {
    await cluster.stop();
  }
});
