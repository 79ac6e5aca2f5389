import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MeshTlsStatus, MeshTlsVerdict } from "../../../../src/control-plane/kubernetes/mesh-tls-condition.ts";
import { nextStatus } from "../../../../src/control-plane/kubernetes/mesh-tls-condition.ts";

const now = Date.parse("2026-01-02T03:04:05.678Z");
const problem = { path: "spec.mode", message: "warp is none", hint: "write strict" };
const good: MeshTlsVerdict = { generation: 3, understood: true, problems: [] };
const invalid: MeshTlsVerdict = { generation: 3, understood: false, problems: [problem] };
const conflicted: MeshTlsVerdict = { generation: 3, understood: true, problems: [problem] };

const told = "spec.mode: warp is none; write strict";

describe("the condition of a MeshTLS", () => {
  const table: readonly (readonly [string, MeshTlsVerdict, string, string, string])[] = [
    ["applies", good, "True", "Accepted", "it applies"],
    ["makes no sense", invalid, "False", "Invalid", told],
    ["stands beside an older one", conflicted, "False", "Conflicted", told],
  ];
  for (const [what, verdict, status, reason, message] of table) {
    test(`that ${what}`, () => {
      const next = nextStatus(undefined, verdict, now) ?? assert.fail();
      const lastTransitionTime = "2026-01-02T03:04:05Z";
      assert.deepEqual(next, {
        observedGeneration: 3,
        conditions: [{ type: "Accepted", status, reason, message, lastTransitionTime, observedGeneration: 3 }],
      });
      assert.equal(nextStatus(next, verdict, now + 60_000), undefined, "what is written already is not written again");
    });
  }

  test("keeps the time of its last transition as long as its status stays", () => {
    const first = nextStatus(undefined, invalid, now);
    const [other] = nextStatus(first, conflicted, now + 60_000)?.conditions ?? [];
    assert.equal(other?.reason, "Conflicted");
    assert.equal(other.lastTransitionTime, "2026-01-02T03:04:05Z");
    const [solved] = nextStatus(first, good, now + 60_000)?.conditions ?? [];
    assert.equal(solved?.lastTransitionTime, "2026-01-02T03:05:05Z");
  });

  test("is written again for a new generation, also where it says the same", () => {
    const first: MeshTlsStatus | undefined = nextStatus(undefined, good, now);
    assert.equal(nextStatus(first, { ...good, generation: 4 }, now)?.observedGeneration, 4);
  });

  test("is never longer than people read", () => {
    const problems = Array.from({ length: 200 }, () => problem);
    const [condition] = nextStatus(undefined, { ...invalid, problems }, now)?.conditions ?? [];
    assert.equal(condition?.message.length, 2_000);
  });
});
