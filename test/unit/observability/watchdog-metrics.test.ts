import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { createWatchdogMetrics } from "../../../src/observability/watchdog-metrics.ts";

test("the worst namespaces have series of their own, all others share one, and those that are well have none", async () => {
  const registry = new Registry();
  const metrics = createWatchdogMetrics(registry);
  const counts = new Map(Array.from({ length: 300 }, (_, index) => [`n${index}`, index + 1]));
  metrics.census(counts, new Map([["shop", 2]]), 5_000);
  const lines = (await registry.metrics()).split("\n");
  const stale = lines.filter((line) => line.startsWith("outrigger_pods_stale{"));
  assert.equal(stale.length, 201);
  assert.ok(stale.includes('outrigger_pods_stale{namespace="n299"} 300'));
  assert.ok(stale.includes(`outrigger_pods_stale{namespace="(others)"} ${(100 * 101) / 2}`));
  metrics.census(new Map(), new Map(), 6_000);
  assert.ok(!(await registry.metrics()).includes("outrigger_pods_naked{"));
});
