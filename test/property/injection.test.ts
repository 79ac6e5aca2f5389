/**
 * What holds for every pod.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import jsonPatch from "fast-json-patch";
import { injectPod } from "../../src/injection/inject.ts";
import { createPatch } from "../../src/injection/json-patch.ts";
import type { InjectionContext } from "../../src/injection/outcome.ts";
import { slotNames, readSlot } from "../../src/injection/probe-slots.ts";
import { uninjectPod } from "../../src/injection/uninject.ts";
import type { Container, Pod } from "../../src/kubernetes/pod.ts";
import { allContainers } from "../../src/kubernetes/pod.ts";
import { throughApiServer } from "../through-api-server.ts";
import { contexts, enabled, pods, podsWithAnyTexts } from "./injection/arbitrary-pods.ts";

const ourNames: readonly string[] = ["outrigger-proxy", "outrigger-init"];

function injected(pod: Pod, context: InjectionContext): Pod {
  const outcome = injectPod(pod, enabled, context);
  assert.equal(outcome.result, "injected", JSON.stringify(outcome));
  return outcome.pod;
}

/** The container less what injection may change of it: the handlers of probes and hooks. */
function withoutHandlers(container: Container): object {
  const others = Object.entries(container).filter(
    ([field]) => field !== "lifecycle" && !slotNames.includes(field as never),
  );
  const kept = slotNames.map((slot) => {
    const { httpGet: _http, tcpSocket: _tcp, grpc: _grpc, ...rest } = readSlot(container, slot) ?? {};
    return rest;
  });
  return [Object.fromEntries(others), kept];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

function holds(name: string, check: (pod: Pod, context: InjectionContext) => void, numRuns = 150, from = pods): void {
  test(name, () => {
    fc.assert(fc.property(from, contexts, check), { numRuns });
  });
}

suite("for every pod that is injected", () => {
  holds("the patch, applied to the pod as it came, gives the injected pod", (pod, context) => {
    const mutated = injected(pod, context);
    const patch = createPatch(pod, mutated);
    // By way of JSON, as it travels.
    const copy = JSON.parse(JSON.stringify({ pod, patch })) as { pod: Pod; patch: typeof patch };
    assert.deepEqual(jsonPatch.applyPatch(copy.pod, copy.patch, true).newDocument, JSON.parse(JSON.stringify(mutated)));
  });

  holds("injecting twice is injecting once: the second pass has nothing to do", (pod, context) => {
    const once = injected(pod, context);
    assert.deepEqual(createPatch(once, injected(once, context)), []);
  });

  holds("also after the API server has rewritten it", (pod, context) => {
    const once = throughApiServer(injected(pod, context));
    assert.deepEqual(throughApiServer(injected(once, context)), once);
  });

  holds("uninjecting gives it back, less what overlays have made of the application", (pod, context) => {
    const { overlays: _overlays, ...config } = context.config;
    const plain = { ...context, config: { ...config, overlays: { one: {}, two: {} } } };
    assert.deepEqual(uninjectPod(injected(pod, plain)), { ok: true, value: pod });
  });

  holds("the user's containers keep their order and everything but handlers", (pod, context) => {
    const mutated = injected(pod, context);
    for (const list of ["containers", "initContainers"] as const) {
      const theirs = ({ spec }: Pod): readonly object[] =>
        (spec[list] ?? []).filter(({ name }) => !ourNames.includes(name)).map(withoutHandlers);
      assert.deepEqual(theirs(mutated), theirs(pod));
    }
  });

  holds("there is exactly one proxy, where it belongs, and it never shares its name", (pod, context) => {
    const mutated = injected(pod, context);
    const names = allContainers(mutated.spec).map(({ name }) => name);
    assert.equal(names.filter((name) => name === "outrigger-proxy").length, 1);
    assert.equal(new Set(names).size, names.length);
    const proxy = allContainers(mutated.spec).find(({ name }) => name === "outrigger-proxy");
    const isInit = mutated.spec.initContainers?.some(({ name }) => name === "outrigger-proxy") === true;
    assert.equal(proxy?.restartPolicy, isInit ? "Always" : undefined);
    const volumes = (mutated.spec.volumes ?? []).map(({ name }) => name);
    assert.equal(new Set(volumes).size, volumes.length);
  });

  holds("fields that nobody knows survive", (pod, context) => {
    const mutated = injected(pod, context) as unknown as Record<string, unknown>;
    for (const [field, value] of Object.entries(pod)) {
      if (field !== "metadata" && field !== "spec") assert.deepEqual(mutated[field], value);
    }
    const ours = ["containers", "initContainers", "volumes", "imagePullSecrets", "hostAliases"];
    for (const [field, value] of Object.entries(pod.spec)) {
      if (!ours.includes(field)) assert.deepEqual((mutated["spec"] as Record<string, unknown>)[field], value);
    }
  });

  holds("the input is not modified, and the same input gives the same bytes", (pod, context) => {
    const text = JSON.stringify(pod);
    const first = JSON.stringify(injectPod(deepFreeze(structuredClone(pod)), enabled, context));
    const freshContext = { ...context };
    assert.equal(JSON.stringify(injectPod(structuredClone(pod), enabled, freshContext)), first);
    assert.equal(JSON.stringify(pod), text);
  });
});

suite("for every text in labels and annotations", () => {
  const check = (pod: Pod, context: InjectionContext): void => {
    const outcome = injectPod(pod, enabled, context);
    if (outcome.result !== "injected") return;
    assert.deepEqual(createPatch(outcome.pod, injected(outcome.pod, context)), []);
    // No text ever becomes a field: the proxy has those that it has without the texts.
    const { annotations: _annotations, labels: _labels, ...metadata } = pod.metadata ?? {};
    const fieldsOf = (of: Pod): readonly string[] => {
      const proxy = allContainers(of.spec).find(({ name }) => name === "outrigger-proxy") ?? { name: "" };
      const optional = ["lifecycle", "volumeMounts", "restartPolicy", "startupProbe"];
      return Object.keys(proxy)
        .filter((field) => !optional.includes(field))
        .sort();
    };
    assert.deepEqual(fieldsOf(outcome.pod), fieldsOf(injected({ ...pod, metadata }, context)));
  };

  holds("there is an outcome, never an exception, and no text becomes a field", check, 400, podsWithAnyTexts);

  holds(
    "also with Istio's aliases and tolerated errors",
    (pod, context) => {
      const config = { ...context.config, compatibility: { istio: true }, userErrors: "warn" as const };
      const namespace = { ...enabled, annotations: pod.metadata?.annotations ?? {} };
      const outcome = injectPod(pod, namespace, { ...context, config });
      assert.notEqual(outcome.reason, "invalid-setting");
    },
    200,
    podsWithAnyTexts,
  );
});

test("for every JSON value there is an outcome, never an exception", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), pods, fc.nat(), contexts, (value, pod, at, context) => {
      injectPod(value, enabled, context);
      // A pod with the value somewhere inside.
      const paths = ["metadata", "spec", "containers", "initContainers", "labels", "annotations", "volumes", "ports"];
      const field = paths[at % paths.length] ?? "spec";
      const placed = JSON.parse(JSON.stringify(pod), (key, old: unknown) => (key === field ? value : old)) as unknown;
      const outcome = injectPod(placed, enabled, context);
      if (outcome.result === "injected") createPatch(placed as Pod, outcome.pod);
    }),
    { numRuns: 500 },
  );
});
