import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Registry, register } from "prom-client";
import { createMetrics } from "../../../src/observability/metrics.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/metrics.md"), "utf8");

test("docs/metrics.md lists every metric of ours with its type, and no other", () => {
  const registry = new Registry();
  createMetrics(registry, "1.2.3");
  const registered = registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith("outrigger_"))
    .map((metric) => `${metric.name} ${String((metric as { readonly type?: unknown }).type)}`);
  const listed = [...page.matchAll(/^\| `(outrigger_\w+)` +\| (\w+)/gm)].map(
    ([, name, type]) => `${String(name)} ${String(type)}`,
  );
  assert.deepEqual(listed.sort(), registered.sort());
});

test("two sets of metrics share nothing, and nothing is in the global registry", async () => {
  const one = new Registry();
  const two = new Registry();
  createMetrics(one, "1.2.3").admission.observe({ result: "injected", reason: "pod-opt-in" }, 0.001);
  createMetrics(two, "1.2.3");
  const line = 'outrigger_admission_requests_total{result="injected",reason="pod-opt-in"} 1';
  assert.ok((await one.metrics()).includes(line));
  assert.ok(!(await two.metrics()).includes(line));
  assert.deepEqual(register.getMetricsAsArray(), []);
});

test("the duration has buckets from 100 us", async () => {
  const registry = new Registry();
  createMetrics(registry, "1.2.3").admission.observe({ result: "skipped", reason: "mirror-pod" }, 0.00009);
  assert.match(
    await registry.metrics(),
    /outrigger_admission_duration_seconds_bucket\{le="0\.0001",result="skipped"\} 1/,
  );
});

test("what is in flight goes up and down", async () => {
  const registry = new Registry();
  const { admission } = createMetrics(registry, "1.2.3");
  admission.begin();
  admission.begin();
  admission.end();
  assert.match(await registry.metrics(), /^outrigger_admission_in_flight 1$/m);
});

test("build, process and certificates are told", async () => {
  const registry = new Registry();
  const { operation } = createMetrics(registry, "1.2.3");
  operation.certificateExpiry("serving", new Date(1_800_000_000_500));
  operation.configReload("failure");
  operation.eventDropped(3);
  const text = await registry.metrics();
  assert.match(text, /outrigger_build_info\{version="1\.2\.3",node="24\./);
  assert.match(text, /process_resident_memory_bytes \d+/);
  assert.match(text, /outrigger_certificate_expiry_timestamp_seconds\{certificate="serving"\} 1800000000\.5/);
  assert.match(text, /outrigger_config_reloads_total\{result="failure"\} 1/);
  assert.match(text, /outrigger_events_dropped_total 3/);
});
