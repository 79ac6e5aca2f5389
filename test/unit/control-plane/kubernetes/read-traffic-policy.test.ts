/**
 * The reader of TrafficPolicies, held against the schema of the CRD: both take the same and refuse the same, so that it makes
 * no difference whether a policy comes by an API server or from a file.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { readObject } from "../../../../src/control-plane/kubernetes/read-object.ts";
import type { TrafficPolicyRecord } from "../../../../src/control-plane/model/cluster-object.ts";
import { mergeGroups } from "../../../../src/control-plane/model/traffic-policy.ts";
import type { JsonObject } from "../../../../src/json-value.ts";
import type { Problem } from "../../../../src/problem.ts";
import { formatProblem } from "../../../../src/problem.ts";
import type { PolicySpec } from "../../../traffic-policy/objects.ts";
import { everything, onService, senseless, sensible, trafficPolicy } from "../../../traffic-policy/objects.ts";
import type { Schema } from "../../../traffic-policy/structural-schema.ts";
import { bounds, leaves, violations, withValue } from "../../../traffic-policy/structural-schema.ts";

const manifest = new URL("../../../../manifests/crds/traffic-policy.yaml", import.meta.url);
const crd = parse(readFileSync(manifest, "utf8")) as {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] };
};
const schema = crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.["spec"] ?? assert.fail();

function read(spec: PolicySpec): {
  readonly record: TrafficPolicyRecord | undefined;
  readonly problems: readonly Problem[];
} {
  const { object, problems } = readObject(
    "trafficPolicy",
    "shop/one",
    trafficPolicy("one", "shop", spec) as JsonObject,
  );
  return { record: object as TrafficPolicyRecord | undefined, problems };
}

function lines(spec: PolicySpec): readonly string[] {
  return read(spec).problems.map(formatProblem);
}

/** Together they have every field. */
const examples = sensible;

describe("a TrafficPolicy", () => {
  for (const spec of sensible) {
    test(`makes sense: ${JSON.stringify(spec)}`, () => {
      assert.deepEqual(violations(schema, spec), []);
      const { record, problems } = read(spec);
      assert.deepEqual(problems.map(formatProblem), []);
      assert.equal(record?.refused, false);
    });
  }

  for (const { spec, problem } of senseless) {
    test(`makes no sense: ${JSON.stringify(spec)}`, () => {
      const { record, problems } = read(spec);
      assert.notEqual(record?.refused, false);
      assert.match(problems.map(formatProblem).join("\n"), new RegExp(problem.source, "m"));
    });
  }

  test("the examples have every field of the schema", () => {
    const used = new Set(examples.flatMap((spec) => leaves(schema, spec)));
    assert.deepEqual(
      leaves(schema).filter((path) => !used.has(path)),
      [],
    );
  });

  test("what the schema refuses of a single value, the reader refuses at the same place", () => {
    let tried = 0;
    for (const spec of examples) {
      for (const { path, bad } of bounds(schema, spec)) {
        const changed = withValue(spec, path, bad);
        assert.notDeepEqual(
          violations(schema, changed),
          [],
          `${path} = ${JSON.stringify(bad)} is refused by the schema`,
        );
        const { record, problems } = read(changed);
        const place = `spec.${path}`;
        assert.notEqual(record?.refused, false, `${place} = ${JSON.stringify(bad)} is taken by the reader`);
        assert.ok(
          problems.some((problem) => problem.path.startsWith(place) || place.startsWith(problem.path)),
          `${place} = ${JSON.stringify(bad)}: ${lines(changed).join(" | ")}`,
        );
        tried += 1;
      }
    }
    assert.ok(tried > 300, `${tried} values`);
  });

  test("the least and the most that the schema allows is taken by the reader", () => {
    for (const { path, good } of bounds(schema, everything)) {
      for (const value of good) {
        const problems = read(withValue(everything, path, value)).problems.filter(
          (problem) => problem.path === `spec.${path}`,
        );
        assert.deepEqual(problems.map(formatProblem), [], `${path} = ${JSON.stringify(value)}`);
      }
    }
  });

  test("that makes no sense does nothing, and is told at its targets; one without good targets cannot be told", () => {
    const { record } = read(onService({ retryBudget: { percent: 10 }, timeouts: { request: "soon" } }));
    assert.deepEqual(record?.targets, [{ kind: "Service", name: "cart", section: undefined }]);
    assert.deepEqual(record.groups, mergeGroups([]));
    assert.equal(read({ targetRefs: [{ kind: "Pod", name: "cart" }], retryBudget: {} }).record, undefined);
  });

  test("has a value for everything that it leaves out", () => {
    const { record } = read(
      onService({
        loadBalancer: {},
        outlierDetection: {},
        retryBudget: {},
        healthCheck: { http: {} },
        locality: {},
        retries: {},
        rateLimit: { requests: 5, per: "second" },
      }),
    );
    assert.deepEqual(record?.groups, {
      loadBalancer: { algorithm: { kind: "leastRequest", slowStart: undefined }, minHealthyPercent: 50 },
      circuitBreakers: undefined,
      retryBudget: { percent: 20, minConcurrent: 3 },
      outlierDetection: {
        consecutiveErrors: 5,
        consecutiveGatewayErrors: 0,
        intervalMs: 10_000,
        ejectionTimeMs: 30_000,
        maxEjectionPercent: 50,
      },
      connectionPool: undefined,
      healthCheck: {
        probe: { kind: "http", path: "/", host: undefined, expectedStatuses: [{ from: 200, to: 299 }] },
        intervalMs: 10_000,
        timeoutMs: 1_000,
        unhealthyThreshold: 3,
        healthyThreshold: 1,
      },
      locality: { prefer: "zone", failover: [], overprovisioningPercent: 140 },
      timeouts: undefined,
      retries: {
        attempts: 2,
        conditions: ["connectFailure", "refusedStream", "resetBeforeRequest"],
        statusCodes: [],
        methods: undefined,
        perTryTimeoutMs: undefined,
        backOff: { baseMs: 25, maxMs: 250 },
      },
      faultInjection: undefined,
      rateLimit: { requests: 5, perMs: 1000, burst: 5 },
    });
  });

  test("repeats what may have been seen only where that does no harm, unless it says so", () => {
    const methods = (retries: object): unknown => read(onService({ retries })).record?.groups.retries?.methods;
    const idempotent = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];
    assert.deepEqual(methods({ conditions: ["serverError"] }), idempotent);
    assert.deepEqual(methods({ statusCodes: [409] }), idempotent);
    assert.deepEqual(methods({ conditions: ["unavailable", "reset"] }), idempotent);
    assert.equal(methods({ conditions: ["connectFailure", "unavailable"] }), undefined);
    assert.deepEqual(methods({ conditions: ["serverError"], methods: ["POST"] }), ["POST"]);
  });

  test("a table has a prime number of entries", () => {
    const size = (maglev: object): unknown => {
      const { record } = read(
        onService({ loadBalancer: { algorithm: "consistentHash", consistentHash: { source: {}, maglev } } }),
      );
      const { algorithm } = record?.groups.loadBalancer ?? {};
      return algorithm?.kind === "consistentHash" ? algorithm.table.size : undefined;
    };
    assert.equal(size({ size: 1000 }), 1009);
    assert.equal(size({ size: 2 }), 2);
    assert.equal(size({ size: 5_000_000 }), 5_000_011);
    assert.equal(size({}), 65_537);
  });
});
