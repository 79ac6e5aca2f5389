/**
 * What holds of the bootstrap for every input.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BootstrapInput } from "../../src/envoy/bootstrap-input.ts";
import { createBootstrap } from "../../src/envoy/create-bootstrap.ts";
import { ports } from "../../src/envoy/ports.ts";
import { requestTarget } from "../../src/envoy/request-target.ts";
import { expand } from "../unit/envoy/kubelet-expansion.ts";
import { inputs } from "./envoy/arbitrary.ts";

type Json = Readonly<Record<string, unknown>>;

const environment = {
  POD_IP: "<ip>",
  POD_NAME: "<name>",
  POD_NAMESPACE: "<ns>",
  SERVICE_ACCOUNT: "<sa>",
  NODE_NAME: "<node>",
};

/** What Envoy gets to see. */
function configuration(input: BootstrapInput): Json {
  return JSON.parse(expand(JSON.stringify(createBootstrap(input)), environment)) as Json;
}

/** Every string value and key, with the key that it stands under. */
function strings(value: unknown, under = ""): readonly { readonly under: string; readonly text: string }[] {
  if (typeof value === "string") return [{ under, text: value }];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => strings(item, under));
  return Object.entries(value).flatMap(([key, item]) => [{ under: "key", text: key }, ...strings(item, key)]);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze<unknown>(item);
  }
  return value;
}

function named(items: unknown): readonly string[] {
  return (items as readonly { readonly name: string }[]).map(({ name }) => name);
}

test("the same input gives the same bytes, and is not modified", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const frozen = deepFreeze(structuredClone(input));
      assert.equal(JSON.stringify(createBootstrap(frozen)), JSON.stringify(createBootstrap(input)));
    }),
  );
});

test("what the user wrote arrives as written, and no other reference is expanded", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const seen = new Set(strings(configuration(input)).map(({ text }) => text));
      const written = [input.workload, input.drainPath, ...input.probes.map(({ route }) => route)];
      for (const probe of input.probes) {
        if (probe.kind === "http") written.push(requestTarget(probe.path));
        if (probe.kind === "grpc") written.push(probe.service);
      }
      for (const text of written) assert.ok(seen.has(text.toWellFormed()), JSON.stringify(text));
    }),
  );
});

test("references of ours are all expanded", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const plain = { ...input, workload: "web", drainPath: "/drain", probes: [], metrics: undefined };
      for (const { text } of strings(configuration(plain))) assert.ok(!text.includes("$("), text);
    }),
  );
});

test("every cluster that is named exists, and every name is used once", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { static_resources: resources } = configuration(input) as { readonly static_resources: Json };
      const clusters = named(resources["clusters"]);
      assert.equal(new Set(clusters).size, clusters.length);
      const listeners = named(resources["listeners"]);
      assert.equal(new Set(listeners).size, listeners.length);
      for (const { under, text } of strings(resources["listeners"])) {
        if (under === "cluster" || under === "cluster_name") assert.ok(clusters.includes(text), text);
      }
    }),
  );
});

/** Paths that a listener answers to: of its routes, and of filters that answer by themselves. */
function answeredPaths(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const { match, string_match: exact } = value as { readonly match?: Json; readonly string_match?: Json };
  const here = [match?.["path"], exact?.["exact"]].filter((path) => typeof path === "string");
  return [...here, ...Object.values(value).flatMap(answeredPaths)];
}

test("each probe and the metrics have one place on the application port, and there is no other", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { static_resources: resources } = configuration(input) as { readonly static_resources: Json };
      const listeners = resources["listeners"] as readonly { readonly name: string }[];
      const application = listeners.find(({ name }) => name === "application");
      const routes = [...input.probes, ...(input.metrics === undefined ? [] : [input.metrics])].map(
        ({ route }) => route,
      );
      assert.deepEqual(answeredPaths(application).toSorted(), routes.toSorted());
    }),
  );
});

test("the ports are those of the mode, on the families of the pod", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const own = [ports.application, ports.health, ports.stats];
      const captures = input.controlPlane === undefined && input.interceptionMode !== "none";
      const expected = captures ? [ports.outbound, ports.inbound, ...own] : own;
      const { listeners } = createBootstrap(input).static_resources;
      assert.deepEqual(
        listeners.map(({ address }) => address?.socket_address.port_value),
        expected,
      );
      const wildcards = input.ipFamilies.map((family) => (family === "IPv4" ? "0.0.0.0" : "::"));
      for (const { address, additional_addresses: others = [] } of listeners) {
        const addresses = [address, ...others.map((other) => other.address)];
        assert.deepEqual(
          addresses.map((one) => one?.socket_address.address),
          wildcards,
        );
      }
    }),
  );
});
