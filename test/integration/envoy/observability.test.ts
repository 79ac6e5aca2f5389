/**
 * What an operator sees of a sidecar: its access log, its traces, its log of itself; and that its arguments have effect.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ports } from "../../../src/envoy/ports.ts";
import { eventually } from "../../eventually.ts";
import { places } from "../iptables/network.ts";
import type { Sidecar } from "./sidecar.ts";
import { at, startSidecar } from "./sidecar.ts";

const pod = places.pod.IPv4;
const collector = { host: places["other-remote"].IPv4, port: 4317 };
/** Envoy writes its access log once a second. */
const flushMs = 1300;

type Line = Readonly<Record<string, unknown>>;

describe("what an operator sees", () => {
  let sidecar: Sidecar;
  const inbound = (path: string, headers: Record<string, string> = {}): Promise<{ readonly status: number }> =>
    sidecar.world.getPage({ host: pod, port: at.pages, path, headers });

  /** Some of everything, and what was logged of it. */
  const logged = async (): Promise<readonly Line[]> => {
    await sidecar.application.be({ status: 500 });
    await inbound("/well", {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "x-request-id": "r1",
    });
    await inbound("/health");
    await sidecar.application.getPage({ host: places.remote.IPv4, port: at.pages, path: "/out" });
    await sidecar.application.getPage({ host: places.remote.IPv4, port: 4, path: "/nobody" });
    await sidecar.world.talk({ host: pod, port: at.opaque, send: ["bytes"], end: true });
    await sidecar.world.getPage({ host: pod, port: ports.application, path: "/no-such-probe" });
    await sleep(flushMs);
    return sidecar.envoy().accessLog();
  };

  before(async () => {
    sidecar = await startSidecar();
    await sidecar.world.serve("collectSpans", collector.port);
  });
  after(() => sidecar.close());

  test("access log off: nothing is written", async () => {
    assert.deepEqual(await logged(), []);
  });

  test("access log of errors: failed requests only", async () => {
    await sidecar.restart({ accessLog: "errors" });
    const lines = await logged();
    assert.deepEqual(
      lines.map(({ path, response_code }) => [path, response_code]),
      [
        ["/health", 500],
        ["/nobody", 503],
      ],
    );
    assert.equal(lines[1]?.["response_flags"], "UF");
  });

  test("access log of all: every request and connection, with what is known of it", async () => {
    await sidecar.restart({ accessLog: "all" });
    const lines = await logged();
    const [well, sick, out, nobody, bytes] = lines;
    assert.equal(lines.length, 5);
    assert.deepEqual(
      { ...well, start_time: "", duration_ms: 0, downstream_remote: "" },
      {
        start_time: "",
        direction: "inbound",
        method: "GET",
        path: "/well",
        authority: `${pod}:${at.pages}`,
        protocol: "HTTP/1.1",
        response_code: 200,
        response_code_details: "via_upstream",
        response_flags: "-",
        grpc_status: null,
        bytes_received: 0,
        bytes_sent: well?.["bytes_sent"],
        duration_ms: 0,
        upstream_host: `${pod}:${at.pages}`,
        upstream_failure: null,
        connection_failure: null,
        downstream_remote: "",
        original_destination: `${pod}:${at.pages}`,
        request_id: "r1",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      },
    );
    assert.match(String(well?.["downstream_remote"]), new RegExp(`^${places.client.IPv4}:\\d+$`));
    assert.match(String(well?.["start_time"]), /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.deepEqual(
      [sick?.["response_code"], out?.["direction"], nobody?.["response_flags"]],
      [500, "outbound", "UF"],
    );
    assert.deepEqual(
      [bytes?.["protocol"], bytes?.["direction"], bytes?.["bytes_received"], bytes?.["original_destination"]],
      ["TCP", "inbound", 5, `${pod}:${at.opaque}`],
    );
  });

  test("traces go to the collector, by a caller's decision or by the share", async () => {
    const spansAfter = async (requests: () => Promise<unknown>): Promise<string> => {
      const before = (await sidecar.world.collectedSpans()).length;
      await requests();
      await sleep(6000);
      return (await sidecar.world.collectedSpans()).slice(before).join("");
    };
    await sidecar.restart({ tracing: { ...collector, samplingPercent: 0 }, workload: "shop-web" });
    const callers = await spansAfter(async () => {
      await inbound("/not-sampled");
      await inbound("/sampled", { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" });
    });
    assert.match(callers, /shop-web/);
    assert.match(callers, /\/sampled/);
    assert.doesNotMatch(callers, /not-sampled/);
    await sidecar.restart({ tracing: { ...collector, samplingPercent: 100 } });
    const all = await spansAfter(async () => {
      await inbound("/in");
      await sidecar.application.getPage({ host: places.remote.IPv4, port: at.pages, path: "/out" });
    });
    assert.match(all, /\/in/);
    assert.match(all, /\/out/);
    assert.match(all, /k8s\.pod\.name/);
  });

  test("log levels have effect, by component too, and the log is JSON", async () => {
    assert.equal(sidecar.envoy().log(), "");
    const envoy = await sidecar.restart({}, { logLevel: { overall: "warning", components: "http:debug" } });
    await inbound("/");
    await eventually("a debug line", () => envoy.log().includes('"debug"'));
    const lines = envoy
      .log()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    assert.deepEqual([...new Set(lines.map(({ component }) => component))], ["http"]);
  });

  test("concurrency is the number of workers", async () => {
    const workers = async (): Promise<string | undefined> => {
      const { body } = await sidecar.world.getPage({ host: pod, port: ports.stats, path: "/stats/prometheus" });
      return /^envoy_server_concurrency\S* (\d+)$/m.exec(body)?.[1];
    };
    assert.equal(await workers(), "1");
    await sidecar.restart({}, { concurrency: 3 });
    assert.equal(await workers(), "3");
  });
});
