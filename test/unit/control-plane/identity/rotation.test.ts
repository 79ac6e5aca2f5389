/**
 * How one root follows another: the plan by its table, and whole rotations on a clock that a test moves.
 */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, test } from "node:test";
import { Registry } from "prom-client";
import { isTrusted } from "../../../../src/certificates/chain.ts";
import { parseCertificates } from "../../../../src/certificates/pem.ts";
import { createChangeListeners } from "../../../../src/control-plane/identity/change-listeners.ts";
import type { IdentityPolicy } from "../../../../src/control-plane/identity/identity-policy.ts";
import { overlapOf } from "../../../../src/control-plane/identity/identity-policy.ts";
import { issueRoot } from "../../../../src/control-plane/identity/issue-certificate.ts";
import type { LocalAuthorities } from "../../../../src/control-plane/identity/local-authorities.ts";
import { createLocalAuthorities } from "../../../../src/control-plane/identity/local-authorities.ts";
import { createServerCertificate } from "../../../../src/control-plane/identity/server-certificate.ts";
import type { SigningAuthority } from "../../../../src/control-plane/identity/signing-authority.ts";
import { ownRoot } from "../../../../src/control-plane/identity/signing-authority.ts";
import { chooseSigner, planRotation } from "../../../../src/control-plane/identity/rotation-plan.ts";
import type { WorkloadIssuer } from "../../../../src/control-plane/identity/workload-issuer.ts";
import { createWorkloadIssuer } from "../../../../src/control-plane/identity/workload-issuer.ts";
import type { IdentityChange } from "../../../../src/control-plane/identity/workload-secrets.ts";
import { createIdentityMetrics } from "../../../../src/observability/identity-metrics.ts";
import { captureLogger } from "../../../captured-logger.ts";
import { FakeClock } from "../../../fake-clock.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const policy: IdentityPolicy = {
  rootLifetimeMs: 30 * day,
  leafLifetimeMs: 6 * hour,
  propagationMs: 15 * minute,
  pollMs: minute,
};
const start = Date.parse("2026-01-01T00:00:00Z");

describe("who signs", () => {
  const old = { name: "old", since: start - day, notAfter: start + day };
  const fresh = { name: "new", since: start, notAfter: start + 30 * day };
  const cases = [
    { name: "nobody, where there is none", authorities: [], at: start, signer: undefined },
    {
      name: "the only one at once, though nobody can have heard of it",
      authorities: [fresh],
      at: start,
      signer: "new",
    },
    {
      name: "the old one while the new one is spread",
      authorities: [fresh, old],
      at: start + 14 * minute,
      signer: "old",
    },
    { name: "the new one after that", authorities: [fresh, old], at: start + 15 * minute, signer: "new" },
    {
      name: "the new one at once where the old one has expired",
      authorities: [fresh, { ...old, notAfter: start }],
      at: start,
      signer: "new",
    },
    {
      name: "the new one at once where the old one has only minutes left, though not everybody has heard of it",
      authorities: [fresh, { ...old, notAfter: start + 5 * minute }],
      at: start,
      signer: "new",
    },
    {
      name: "one in its last minutes, where there is no other",
      authorities: [{ ...old, notAfter: start + minute }],
      at: start,
      signer: "old",
    },
    {
      name: "the oldest of several that are all too new",
      authorities: [{ ...fresh, name: "newest" }, fresh],
      at: start,
      signer: "new",
    },
    { name: "nobody, where all have expired", authorities: [old], at: start + 2 * day, signer: undefined },
  ];
  for (const { name, authorities, at, signer } of cases) {
    test(name, () => {
      assert.equal(chooseSigner(authorities, at, policy)?.name, signer);
    });
  }
});

test("the plan: a root is made when there is none, is due or is asked for; the old one leaves when its leaves have expired", () => {
  const plan = (
    now: number,
    authorities: Parameters<typeof planRotation>[0]["authorities"],
    rotationRequested = false,
  ) => {
    const { keep, next } = planRotation({ authorities, now, policy, jitter: 0, rotationRequested });
    return { keep: keep.map(({ number }) => number), next };
  };
  const first = issueRoot("cluster.local", 1, start, policy.rootLifetimeMs);
  const second = issueRoot("cluster.local", 2, start + day, policy.rootLifetimeMs);
  assert.deepEqual(plan(start, []), { keep: [], next: 1 });
  assert.deepEqual(plan(start + hour, [first]), { keep: [1], next: undefined });
  assert.deepEqual(plan(start + hour, [first], true), { keep: [1], next: 2 });
  assert.deepEqual(plan(start + 21 * day, [first]), { keep: [1], next: 2 });
  assert.deepEqual(plan(start + day + overlapOf(policy) - 1_000, [second, first]), { keep: [2, 1], next: undefined });
  assert.deepEqual(plan(start + day + overlapOf(policy), [second, first]), { keep: [2], next: undefined });
});

interface World {
  readonly clock: FakeClock;
  readonly authorities: LocalAuthorities;
  readonly issuer: WorkloadIssuer;
  readonly changes: IdentityChange[];
  /** Moves time on, minute by minute, and waits for whatever is under way. */
  readonly pass: (ms: number) => Promise<void>;
}

async function world(): Promise<World> {
  const clock = new FakeClock(start);
  const { log } = captureLogger();
  const common = { policy, clock, random: () => 0.5, log };
  const authorities = createLocalAuthorities({ ...common, trustDomain: "cluster.local" });
  const metrics = createIdentityMetrics(new Registry());
  const issuer = createWorkloadIssuer({ ...common, authorities, metrics });
  await authorities.start();
  issuer.start();
  const changes: IdentityChange[] = [];
  issuer.subscribe((change) => changes.push(change));
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= minute) {
      clock.advance(Math.min(left, minute));
      await authorities.idle();
      await issuer.idle();
    }
  };
  return { clock, authorities, issuer, changes, pass };
}

const web = "spiffe://cluster.local/ns/shop/sa/web";
const db = "spiffe://cluster.local/ns/shop/sa/db";

function leafOf(issuer: WorkloadIssuer, identity: string): X509Certificate {
  return new X509Certificate(issuer.certificate(identity)?.certificateChain ?? "");
}

describe("workload certificates", () => {
  test("there is one for each identity that was asked for, renewed at two thirds of its life, and told", async () => {
    const { issuer, changes, clock, pass } = await world();
    assert.equal(issuer.certificate(web), undefined);
    for (const identity of [web, web, db]) issuer.acquire(identity);
    const first = leafOf(issuer, web);
    assert.equal(first.subjectAltName, `URI:${web}`);
    assert.equal(first.subject, undefined);
    assert.deepEqual(changes.map(({ identities }) => [...identities].join()).sort(), [db, web]);
    await pass(3.5 * hour);
    assert.equal(leafOf(issuer, web).serialNumber, first.serialNumber);
    await pass(30 * minute);
    assert.notEqual(leafOf(issuer, web).serialNumber, first.serialNumber);
    assert.equal(changes.length, 4);
    assert.ok((issuer.expiresAt(web) ?? 0) > clock.now() + 5 * hour);
  });

  test("what nobody uses is not renewed, and asked for again it comes at once", async () => {
    const { issuer, pass } = await world();
    const release = issuer.acquire(web);
    release();
    release();
    const { serialNumber } = leafOf(issuer, web);
    assert.equal(leafOf(issuer, web).serialNumber, serialNumber);
    await pass(4 * hour);
    assert.equal(issuer.certificate(web), undefined);
    issuer.acquire(web);
    assert.notEqual(leafOf(issuer, web).serialNumber, serialNumber);
  });

  test("without a CA there is none, which whoever asks is told", async () => {
    const { issuer } = await world();
    const none = createWorkloadIssuer({
      authorities: {
        start: () => Promise.resolve(),
        current: () => [],
        onChange: () => () => undefined,
        stop: () => undefined,
      },
      policy,
      clock: new FakeClock(start),
      random: () => 0,
      log: captureLogger().log,
      metrics: createIdentityMetrics(new Registry()),
    });
    assert.throws(() => none.acquire(web), /there is no CA/);
    assert.equal(issuer.certificate(web), undefined);
  });
});

test("through a whole rotation every leaf is trusted by everybody, also by those who hear of roots ten minutes late", async () => {
  const { authorities, issuer, changes, clock, pass } = await world();
  issuer.acquire(web);
  const bundles: { readonly at: number; readonly bundle: string }[] = [];
  const signers = new Set<string>();
  const look = (): void => {
    bundles.push({ at: clock.now(), bundle: issuer.trustBundle() });
    const late = bundles.findLast(({ at }) => at <= clock.now() - 10 * minute) ?? bundles[0];
    const { certificateChain = "" } = issuer.certificate(web) ?? {};
    signers.add(new X509Certificate(certificateChain).issuer);
    for (const bundle of [issuer.trustBundle(), late?.bundle ?? ""]) {
      assert.ok(
        isTrusted(certificateChain, bundle, clock.now()),
        `not trusted at ${new Date(clock.now()).toISOString()}`,
      );
    }
  };
  look();
  await authorities.rotate();
  const roots = (): number => parseCertificates(issuer.trustBundle()).length;
  assert.equal(roots(), 2);
  for (let passed = 0; passed < overlapOf(policy) + hour; passed += 5 * minute) {
    await pass(5 * minute);
    look();
  }
  assert.equal(roots(), 1);
  assert.equal(signers.size, 2);
  assert.equal(changes.filter(({ trust }) => trust).length, 2);
});

describe("near the end of a CA, when another one is there", () => {
  const second = 1_000;

  /** Roots as somebody brings them: told about when they come, and followed by nothing of their own accord. */
  function brought(...first: readonly SigningAuthority[]) {
    const listeners = createChangeListeners<undefined>();
    let held: readonly SigningAuthority[] = first;
    return {
      start: () => Promise.resolve(),
      stop: () => undefined,
      current: () => held,
      onChange: listeners.add,
      bring: (authority: SigningAuthority) => {
        held = [authority, ...held];
        listeners.tell(undefined);
      },
    };
  }

  const endsAt = start + 3 * hour;
  const ending = ownRoot(issueRoot("cluster.local", 1, start - day, endsAt - (start - day)));

  // How long before the end of the old one the new one comes; the new one signs 15 minutes later.
  for (const lead of [40 * minute, 15 * minute, 14 * minute + 59 * second, 6 * minute, 90 * second]) {
    test(`${lead / second} s before its end, a workload and the server have a valid certificate at every second`, async () => {
      const clock = new FakeClock(start);
      const authorities = brought(ending);
      const { log } = captureLogger();
      const common = { policy, clock, random: () => 0.5, log, authorities };
      const issuer = createWorkloadIssuer({ ...common, metrics: createIdentityMetrics(new Registry()) });
      const server = createServerCertificate({ ...common, names: [{ type: "dns", value: "control-plane" }] });
      issuer.start();
      await server.start();
      const changes: IdentityChange[] = [];
      issuer.subscribe((change) => changes.push(change));
      issuer.acquire(web);
      // Off the poll's beat, so that nothing falls on the second by chance.
      clock.advance(endsAt - lead - start - 20 * minute - 7 * second);
      const until = endsAt + 2 * minute;
      for (let isThere = false; clock.now() < until;) {
        if (!isThere && clock.now() >= endsAt - lead) {
          authorities.bring(ownRoot(issueRoot("cluster.local", 2, clock.now(), 30 * day)));
          isThere = true;
        }
        await issuer.idle();
        await server.idle();
        const left = (issuer.expiresAt(web) ?? 0) - clock.now();
        assert.ok(left > 0, `lapsed ${(clock.now() - endsAt) / second} s after the end`);
        assert.ok(server.current() !== undefined);
        clock.advance(second);
      }
      assert.ok(leafOf(issuer, web).checkIssued(new X509Certificate(authorities.current()[0]?.certificate ?? "")));
      const renewals = changes.filter(({ identities }) => identities.has(web)).length;
      assert.ok(renewals <= 3, `${renewals} certificates, where two are enough`);
      issuer.stop();
      server.stop();
    });
  }
});
