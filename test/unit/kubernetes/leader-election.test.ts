import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { LeaderElection } from "../../../src/kubernetes/leader-election.ts";
import { createLeaderElection, defaultElectionTimings } from "../../../src/kubernetes/leader-election.ts";
import type { Lease, LeaseSpec } from "../../../src/kubernetes/lease.ts";
import { captureLogger } from "../../captured-logger.ts";
import { eventually } from "../../eventually.ts";
import { FakeClock } from "../../fake-clock.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";

const collection = "/apis/coordination.k8s.io/v1/namespaces/outrigger-system/leases";
const { leaseMs, deadlineMs, retryMs } = defaultElectionTimings;

interface Candidate {
  readonly election: LeaderElection;
  /** Each change it was told of. */
  readonly told: boolean[];
  readonly clock: FakeClock;
}

describe("leader election", () => {
  let server: FakeKubernetes;
  let candidates: Candidate[];

  beforeEach(async () => {
    server = new FakeKubernetes();
    candidates = [];
    await server.start();
  });

  afterEach(async () => {
    await Promise.all(candidates.map(({ election }) => election.stop()));
    await server.stop();
  });

  function candidate(identity: string, clock = new FakeClock()): Candidate {
    const told: boolean[] = [];
    const election = createLeaderElection({
      api: server.client(identity),
      clock,
      random: () => 0.5,
      log: captureLogger().log,
      lease: { namespace: "outrigger-system", name: "leader" },
      identity,
      onChange: (leads) => told.push(leads),
    });
    const made = { election, told, clock };
    candidates.push(made);
    election.start();
    return made;
  }

  function lease(): LeaseSpec | undefined {
    return (server.store.find(collection, "leader") as Lease | undefined)?.spec;
  }

  async function quiet(): Promise<void> {
    let before = -1;
    await eventually("nobody asks for anything", () => {
      const still = server.inFlight === 0 && server.requests.length === before;
      before = server.requests.length;
      return still;
    });
  }

  async function leading({ election }: Candidate): Promise<void> {
    await eventually("it leads", () => election.leads());
    await quiet();
  }

  /** Lets time pass for these, in steps in which everybody can do his work. */
  async function pass(ms: number, ...clocks: readonly FakeClock[]): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1_000) {
      for (const clock of clocks) clock.advance(1_000);
      await quiet();
    }
  }

  it("makes the Lease and renews it", async () => {
    const one = candidate("one");
    await leading(one);
    const first = lease();
    assert.equal(first?.holderIdentity, "one");
    assert.equal(first.leaseDurationSeconds, leaseMs / 1_000);
    assert.match(first.renewTime ?? "", /^2026-01-01T00:00:00\.000000Z$/);
    await pass(60_000, one.clock);
    assert.notEqual(lease()?.renewTime, first.renewTime);
    assert.equal(lease()?.acquireTime, first.acquireTime);
    assert.equal(lease()?.leaseTransitions, 0);
    assert.deepEqual(one.told, [true]);
  });

  it("has one leader, however many begin at once", async () => {
    const clock = new FakeClock();
    const all = ["a", "b", "c", "d"].map((identity) => candidate(identity, clock));
    await eventually("somebody leads", () => all.some(({ election }) => election.leads()));
    await pass(60_000, clock);
    assert.equal(all.filter(({ election }) => election.leads()).length, 1);
    assert.equal(all.flatMap(({ told }) => told).length, 1);
  });

  it("passes to another at once when the leader stops", async () => {
    const one = candidate("one");
    await leading(one);
    const two = candidate("two");
    await quiet();
    assert.equal(two.election.leads(), false);
    await one.election.stop();
    assert.deepEqual(one.told, [true, false]);
    assert.equal(lease()?.holderIdentity, "");
    await pass(retryMs + 1_000, two.clock);
    await leading(two);
    assert.equal(lease()?.leaseTransitions, 1);
  });

  it("passes to another once the Lease has not changed for as long as it lasts, whatever the clocks say", async () => {
    const one = candidate("one");
    await leading(one);
    const two = candidate("two", new FakeClock(0));
    await quiet();
    // One is dead: its clock stands still.
    await pass(leaseMs - 1_000, two.clock);
    assert.equal(two.election.leads(), false);
    await pass(retryMs + 2_000, two.clock);
    await leading(two);
    assert.equal(lease()?.holderIdentity, "two");
  });

  it("a leader that cannot renew stops leading before another may begin", async () => {
    const one = candidate("one");
    await leading(one);
    server.fault = () => 503;
    await pass(deadlineMs + 1_000, one.clock);
    assert.equal(one.election.leads(), false);
    assert.deepEqual(one.told, [true, false]);
    assert.ok(deadlineMs + retryMs < leaseMs);
    server.fault = () => undefined;
    await pass(retryMs + 2_000, one.clock);
    await leading(one);
    assert.equal(lease()?.leaseTransitions, 0, "nobody else wanted it");
  });

  it("a leader that was replaced says so as soon as it sees it", async () => {
    const one = candidate("one");
    await leading(one);
    const current = server.store.get(collection, "leader") as Lease;
    server.store.update(collection, "leader", {
      ...current,
      spec: { ...current.spec, holderIdentity: "two" },
    } as Lease);
    await pass(retryMs + 1_000, one.clock);
    assert.equal(one.election.leads(), false);
  });

  it("without the right to it nobody leads, and the log says why once", async () => {
    server.fault = () => 403;
    const one = candidate("one");
    await pass(30_000, one.clock);
    assert.equal(one.election.leads(), false);
    assert.deepEqual(one.told, []);
  });
});
