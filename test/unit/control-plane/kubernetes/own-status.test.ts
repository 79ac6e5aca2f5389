import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Condition } from "../../../../src/control-plane/kubernetes/status/condition.ts";
import type { ObjectVerdict } from "../../../../src/control-plane/kubernetes/status/own-status.ts";
import { ownStatus } from "../../../../src/control-plane/kubernetes/status/own-status.ts";
import type { JsonObject } from "../../../../src/json-value.ts";

const now = Date.parse("2026-01-02T03:04:05.678Z");
const problem = { path: "spec.mode", message: "warp is none", hint: "write strict" };
const good: ObjectVerdict = { generation: 3, understood: true, problems: [] };
const invalid: ObjectVerdict = { generation: 3, understood: false, problems: [problem] };
const conflicted: ObjectVerdict = { generation: 3, understood: true, problems: [problem] };

const told = "spec.mode: warp is none; write strict";

function conditionsOf(status: JsonObject): readonly Condition[] {
  return status["conditions"] as readonly Condition[];
}

describe("the status of an object of the mesh's own", () => {
  const table: readonly (readonly [string, ObjectVerdict, string, string, string])[] = [
    ["applies", good, "True", "Accepted", "it applies"],
    ["makes no sense", invalid, "False", "Invalid", told],
    ["stands beside an older one", conflicted, "False", "Conflicted", told],
  ];
  for (const [what, verdict, status, reason, message] of table) {
    test(`that ${what}`, () => {
      const next = ownStatus.written(undefined, verdict, now);
      const lastTransitionTime = "2026-01-02T03:04:05Z";
      assert.deepEqual(next, {
        observedGeneration: 3,
        conditions: [{ type: "Accepted", status, reason, message, lastTransitionTime, observedGeneration: 3 }],
      });
      assert.deepEqual(ownStatus.said(next), ownStatus.due(verdict), "it says what is due");
    });
  }

  test("keeps the time of its last transition as long as its status stays", () => {
    const first = ownStatus.written(undefined, invalid, now);
    const [other] = conditionsOf(ownStatus.written(first, conflicted, now + 60_000));
    assert.equal(other?.reason, "Conflicted");
    assert.equal(other.lastTransitionTime, "2026-01-02T03:04:05Z");
    const [solved] = conditionsOf(ownStatus.written(first, good, now + 60_000));
    assert.equal(solved?.lastTransitionTime, "2026-01-02T03:05:05Z");
  });

  test("is due again for a new generation, also where it says the same", () => {
    const first = ownStatus.written(undefined, good, now);
    assert.notDeepEqual(ownStatus.said(first), ownStatus.due({ ...good, generation: 4 }));
  });

  test("leaves conditions of other types alone", () => {
    const foreign = {
      type: "Synced",
      status: "True",
      reason: "Synced",
      message: "",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    };
    const status = { observedGeneration: 3, conditions: [foreign] };
    const next = ownStatus.written(status, good, now);
    assert.deepEqual(
      conditionsOf(next).map(({ type }) => type),
      ["Accepted", "Synced"],
    );
    assert.deepEqual(ownStatus.said(next), ownStatus.due(good));
  });

  test("takes a status that makes no sense for none", () => {
    for (const status of [null, 1, [], { conditions: "none" }, { conditions: [1, { type: "Accepted" }] }]) {
      assert.deepEqual(ownStatus.said(status), { observedGeneration: undefined, conditions: [] });
    }
  });

  test("is never longer than people read", () => {
    const problems = Array.from({ length: 200 }, () => problem);
    const [condition] = conditionsOf(ownStatus.written(undefined, { ...invalid, problems }, now));
    assert.equal(condition?.message.length, 2_000);
  });
});
