import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Registry } from "prom-client";
import { refusalReasons } from "../../../src/control-plane/identity/authenticator.ts";
import { createDiscoveryMetrics } from "../../../src/observability/discovery-metrics.ts";
import { createIdentityMetrics } from "../../../src/observability/identity-metrics.ts";

function page(name: string): string {
  return readFileSync(join(import.meta.dirname, "../../../docs", name), "utf8");
}

test("docs/discovery.md lists every metric of discovery and identity with its type, and no other", () => {
  const registry = new Registry();
  createDiscoveryMetrics(registry);
  createIdentityMetrics(registry);
  const registered = registry
    .getMetricsAsArray()
    .map((metric) => `${metric.name} ${String((metric as { readonly type?: unknown }).type)}`);
  const listed = [...page("discovery.md").matchAll(/^\| `(outrigger_\w+)` +\| (\w+)/gm)].map(
    ([, name, type]) => `${String(name)} ${String(type)}`,
  );
  assert.deepEqual(listed.sort(), registered.sort());
});

test("docs/identity.md lists every reason for which a stream is refused, and no other", () => {
  const listed = [...page("identity.md").matchAll(/^\| `([a-z-]+)` +\| `[A-Z_]+`/gm)].map(([, reason]) => reason);
  assert.deepEqual(listed.sort(), [...refusalReasons].sort());
});
