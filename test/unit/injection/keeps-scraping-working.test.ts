/**
 * `prometheus.io/*` annotations of a captured port are pointed at the proxy, which asks the application.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { app, bootstrapOf, inject, ours, podWith } from "../../injected-pods.ts";

const scrape = { "prometheus.io/scrape": "true" };

function scrapeOf(annotations: Readonly<Record<string, string>>, spec = {}): readonly (string | undefined)[] {
  const written = inject(podWith(annotations, spec)).pod.metadata?.annotations;
  return ["port", "path", "scheme"].map((part) => written?.[`prometheus.io/${part}`]);
}

const viaProxy = ["15020", "/app-metrics", undefined];

suite("pointed at the proxy", () => {
  for (const [name, annotations, target] of [
    ["port and path", { "prometheus.io/port": "9102", "prometheus.io/path": "/m?x=1" }, [9102, "/m?x=1"]],
    ["a path without its slash", { "prometheus.io/port": "9102", "prometheus.io/path": "m" }, [9102, "/m"]],
    ["a port alone", { "prometheus.io/port": "9102" }, [9102, "/metrics"]],
    ["the only declared port", {}, [8080, "/metrics"]],
  ] as const) {
    test(name, () => {
      const { pod } = inject(podWith({ ...scrape, ...annotations }));
      assert.deepEqual(scrapeOf({ ...scrape, ...annotations }), viaProxy);
      const bootstrap = JSON.stringify(bootstrapOf(pod));
      assert.ok(bootstrap.includes(`"port_value":${target[0]}`));
      assert.ok(bootstrap.includes(`"prefix_rewrite":"${target[1]}"`));
    });
  }

  test("https is Envoy's business; Prometheus asks the proxy in plain text", () => {
    const annotations = { ...scrape, "prometheus.io/port": "9102", "prometheus.io/scheme": "https" };
    assert.deepEqual(scrapeOf(annotations), ["15020", "/app-metrics", "http"]);
  });

  test("UDP ports do not count as declared, ports without a protocol do", () => {
    const ports = [
      { containerPort: 53, protocol: "UDP" },
      { containerPort: 9102, protocol: null },
    ];
    assert.deepEqual(scrapeOf(scrape, { containers: [{ ...app, ports }] }), viaProxy);
  });
});

suite("left alone", () => {
  for (const [name, annotations] of [
    ["no scraping wanted", { "prometheus.io/port": "9102" }],
    ["scraping refused", { "prometheus.io/scrape": "false", "prometheus.io/port": "9102" }],
    ["the port is excluded", { ...scrape, "prometheus.io/port": "9102", ...ours({ "exclude-inbound-ports": "9102" }) }],
    ["nothing is captured", { ...scrape, "prometheus.io/port": "9102", ...ours({ "interception-mode": "none" }) }],
    ["Envoy's own statistics", { ...scrape, "prometheus.io/port": "15090" }],
  ] as const) {
    test(name, () => {
      const outcome = inject(podWith(annotations));
      assert.equal(outcome.pod.metadata?.annotations?.["prometheus.io/path"], undefined);
      assert.deepEqual(outcome.warnings, []);
      assert.doesNotMatch(JSON.stringify(bootstrapOf(outcome.pod)), /app-metrics/);
    });
  }

  for (const port of ["", "http", "0", "65536", "-1", "80,90", "９０", "1e3"]) {
    test(`port ${JSON.stringify(port)} is told`, () => {
      const outcome = inject(podWith({ ...scrape, "prometheus.io/port": port }));
      assert.equal(outcome.pod.metadata?.annotations?.["prometheus.io/port"], port);
      assert.deepEqual(outcome.warnings, [
        "annotation prometheus.io/port names no single port, so the scrape is left to the application's own port",
      ]);
    });
  }

  test("several declared ports and no annotation are told", () => {
    const ports = [{ containerPort: 1 }, { containerPort: 2 }];
    assert.equal(inject(podWith(scrape, { containers: [{ ...app, ports }] })).warnings.length, 1);
  });
});
