/**
 * The command line of the proxy.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { createBootstrap } from "../../../src/envoy/create-bootstrap.ts";
import { createProxyArguments } from "../../../src/envoy/proxy-arguments.ts";
import { bootstrapInput, httpProbe, tcpProbe } from "./sample-input.ts";

const bootstrap = createBootstrap(bootstrapInput());
const logLevel = { overall: "warning", components: "" };

function flag(args: readonly string[], name: string): string | undefined {
  const index = args.indexOf(name);
  return index < 0 ? undefined : args[index + 1];
}

test("each setting has its flag, and what is not set has none", () => {
  const plain = createProxyArguments(bootstrap, { logLevel, concurrency: 0, drainSeconds: 7 });
  assert.deepEqual(parse(flag(plain, "--config-yaml") ?? ""), JSON.parse(JSON.stringify(bootstrap)));
  assert.equal(flag(plain, "--log-level"), "warning");
  assert.equal(flag(plain, "--drain-time-s"), "7");
  assert.equal(flag(plain, "--drain-strategy"), "immediate");
  assert.ok(plain.includes("--disable-hot-restart"));
  assert.equal(flag(plain, "--concurrency"), undefined);
  assert.equal(flag(plain, "--component-log-level"), undefined);
  const components = { overall: "info", components: "upstream:debug,http:trace" };
  const all = createProxyArguments(bootstrap, { logLevel: components, concurrency: 2, drainSeconds: 7 });
  assert.equal(flag(all, "--concurrency"), "2");
  assert.equal(flag(all, "--component-log-level"), "upstream:debug,http:trace");
});

test("a pod with very many probes still fits the kernel's limit of one argument", () => {
  const probes = Array.from({ length: 60 }, (_, index) =>
    index % 2 === 0
      ? httpProbe({ route: `/app-health/a-container-of-quite-some-name-${index}/readyz`, port: 8000 + index })
      : tcpProbe({ route: `/app-health/a-container-of-quite-some-name-${index}/livez`, port: 8000 + index }),
  );
  const input = bootstrapInput({
    probes,
    ipFamilies: ["IPv4", "IPv6"],
    accessLog: "errors",
    tracing: { host: "collector.observability.svc", port: 4317, samplingPercent: 1 },
  });
  const args = createProxyArguments(createBootstrap(input), { logLevel, concurrency: 2, drainSeconds: 5 });
  // MAX_ARG_STRLEN of Linux: 32 pages.
  const limit = 131_072;
  assert.ok(
    args.every((argument) => argument.length < limit),
    `${args[1]?.length ?? 0} bytes`,
  );
});
