/**
 * When a replica that could serve holds back all the same.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReadinessHold, longestHoldMs } from "../../../src/roundtrip/readiness-hold.ts";
import type { RoundTripResult } from "../../../src/roundtrip/round-trip.ts";
import { FakeClock } from "../../fake-clock.ts";

class Replica {
  readonly clock = new FakeClock();
  leads = false;
  result: RoundTripResult | undefined;
  readonly condition = createReadinessHold({
    clock: this.clock,
    leads: () => this.leads,
    roundTrip: { lastResult: () => this.result, complaint: () => "nobody answers" },
  });

  holdsBack(): boolean {
    return this.condition.unmet() !== undefined;
  }
}

describe("a new replica", () => {
  const cases: readonly (readonly [result: RoundTripResult | undefined, leads: boolean, holdsBack: boolean])[] = [
    [undefined, false, true],
    ["unanswered", false, true],
    ["injected", false, false],
    ["denied", false, false],
    ["untouched", false, false],
    ["inconclusive", false, false],
    ["failed", false, false],
    [undefined, true, false],
    ["unanswered", true, false],
  ];
  for (const [result, leads, holdsBack] of cases) {
    const who = leads ? "that leads" : "that follows";
    it(`${who} ${holdsBack ? "holds back" : "serves"} after ${result ?? "no probe"}`, () => {
      const replica = new Replica();
      Object.assign(replica, { result, leads });
      assert.equal(replica.holdsBack(), holdsBack);
    });
  }

  it("says what it waits for", () => {
    assert.equal(new Replica().condition.unmet(), "another replica is to be reached first; nobody answers");
  });

  it("does not hold back for ever", () => {
    const replica = new Replica();
    replica.result = "unanswered";
    replica.clock.advance(longestHoldMs - 1);
    assert.ok(replica.holdsBack());
    replica.clock.advance(1);
    assert.ok(!replica.holdsBack());
  });

  it("serves when it becomes the leader", () => {
    const replica = new Replica();
    assert.ok(replica.holdsBack());
    replica.leads = true;
    assert.ok(!replica.holdsBack());
  });

  it("does not hold back again once it has served", () => {
    const replica = new Replica();
    replica.leads = true;
    assert.ok(!replica.holdsBack());
    Object.assign(replica, { leads: false, result: "unanswered" });
    assert.ok(!replica.holdsBack());
  });
});
