import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultMeshConfig } from "../../../src/config/defaults.ts";
import { hashForControlPlane, hashMeshConfig } from "../../../src/config/hash.ts";

test("the hash is 12 hexadecimal digits", () => {
  assert.match(hashMeshConfig(defaultMeshConfig), /^[0-9a-f]{12}$/);
});

test("the order of keys does not matter", () => {
  const reversed = Object.fromEntries(Object.entries(defaultMeshConfig).reverse()) as typeof defaultMeshConfig;
  assert.equal(hashMeshConfig(reversed), hashMeshConfig(defaultMeshConfig));
});

test("what makes no difference to a sidecar does not matter", () => {
  const watchdog = { ...defaultMeshConfig.watchdog, mode: "evict" as const };
  assert.equal(hashMeshConfig({ ...defaultMeshConfig, watchdog }), hashMeshConfig(defaultMeshConfig));
  const identity = { certificateLifetimeHours: 1 };
  assert.equal(hashMeshConfig({ ...defaultMeshConfig, identity }), hashMeshConfig(defaultMeshConfig));
  const mesh = { ranges: ["203.0.113.0/24"], unknownDestinations: "refuse" as const };
  assert.equal(hashMeshConfig({ ...defaultMeshConfig, mesh }), hashMeshConfig(defaultMeshConfig));
});

test("of what the control plane reads, it has every field and no other", () => {
  const { proxy, trustDomain } = defaultMeshConfig;
  const changed = [
    { trustDomain: "example.org" },
    { identity: { certificateLifetimeHours: 1 } },
    { mesh: { ranges: [], unknownDestinations: "refuse" as const } },
    { proxy: { ...proxy, defaults: { "opaque-ports": "1" } } },
  ].map((change) => hashForControlPlane({ ...defaultMeshConfig, ...change }));
  const same = [
    { trustDomain },
    { mode: "mesh" as const },
    { proxy: { ...proxy, defaults: { "proxy-concurrency": "1" } } },
  ].map((change) => hashForControlPlane({ ...defaultMeshConfig, ...change }));
  assert.equal(new Set([...changed, ...same]).size, changed.length + 1);
  assert.deepEqual(new Set(same), new Set([hashForControlPlane(defaultMeshConfig)]));
});

test("every change of a value, however deep, changes it", () => {
  const hashes = [
    defaultMeshConfig,
    { ...defaultMeshConfig, failureMode: "deny" as const },
    { ...defaultMeshConfig, overlays: { a: { spec: { containers: [{ name: "x" }, { name: "y" }] } } } },
    { ...defaultMeshConfig, overlays: { a: { spec: { containers: [{ name: "y" }, { name: "x" }] } } } },
  ].map(hashMeshConfig);
  assert.equal(new Set(hashes).size, hashes.length);
});
