/**
 * What is read from a pod and a namespace as the API server stores them.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { labelledSince } from "../../../src/watchdog/labelled-since.ts";
import { isOptedOut, nakedPod } from "../../../src/watchdog/naked-pod.ts";
import { bornAt, storedPod } from "./naked-pods.ts";

describe("a naked pod", () => {
  it("is known by what the API server has noted", () => {
    const { controller, ...pod } = nakedPod(storedPod("web-1"), "namespace-enabled");
    assert.equal(controller?.uid, "rs");
    assert.deepEqual(pod, {
      namespace: "shop",
      name: "web-1",
      uid: "uid-web-1",
      createdAt: bornAt,
      reason: "namespace-enabled",
      runsForever: true,
      optedOut: false,
      safeToEvict: true,
    });
  });

  it("may ask to be let be", () => {
    const annotations = {
      "outrigger.dev/watchdog": "false",
      "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
    };
    const pod = nakedPod(storedPod("web-1", { annotations }), "namespace-enabled");
    assert.ok(pod.optedOut);
    assert.ok(!pod.safeToEvict);
  });

  it("runs for ever unless it says otherwise", () => {
    const pod = storedPod("web-1");
    for (const [restartPolicy, forever] of [
      ["Always", true],
      ["OnFailure", false],
      ["Never", false],
    ] as const) {
      assert.equal(nakedPod({ ...pod, spec: { ...pod.spec, restartPolicy } }, "pod-opt-in").runsForever, forever);
    }
  });

  for (const [value, optedOut] of [
    [undefined, false],
    ["true", false],
    ["false", true],
    ["no", true],
    ["", true],
  ] as const) {
    it(`${optedOut ? "is let be" : "is watched"} by the annotation ${JSON.stringify(value)}`, () => {
      assert.equal(isOptedOut(value === undefined ? {} : { "outrigger.dev/watchdog": value }), optedOut);
    });
  }
});

describe("since when a namespace asks for sidecars", () => {
  const label = { "f:metadata": { "f:labels": { ".": {}, "f:outrigger.dev/injection": {} } } };
  const other = { "f:metadata": { "f:labels": { "f:team": {} } } };
  const at = (time: string, fieldsV1: unknown): object => ({ manager: "kubectl", time, fieldsV1 });
  const since = (managedFields: readonly object[]): number | undefined =>
    labelledSince({ metadata: { managedFields } });

  it("is when the manager that set the label last changed something", () => {
    assert.equal(since([at("2026-01-01T00:00:00Z", other), at("2026-01-02T00:00:00Z", label)]), bornAt + 86_400_000);
  });

  it("is the later one where two managers have set it", () => {
    assert.equal(since([at("2026-01-02T00:00:00Z", label), at("2026-01-01T00:00:00Z", label)]), bornAt + 86_400_000);
  });

  it("is not known where nobody has noted it", () => {
    assert.equal(labelledSince({}), undefined);
    assert.equal(since([at("2026-01-01T00:00:00Z", other)]), undefined);
    assert.equal(since([{ fieldsV1: label }]), undefined);
    assert.equal(since([at("2026-01-01T00:00:00Z", "broken")]), undefined);
  });
});
