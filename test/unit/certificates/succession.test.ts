import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Authority } from "../../../src/certificates/authority.ts";
import { defaultCertificatePolicy, renewalTime } from "../../../src/certificates/certificate-policy.ts";
import { chooseIssuer } from "../../../src/certificates/issuer-choice.ts";
import { planSuccession } from "../../../src/certificates/succession.ts";
import type { SuccessionInput } from "../../../src/certificates/succession.ts";

const day = 24 * 3_600_000;
const policy = { ...defaultCertificatePolicy, authorityLifetimeMs: 30 * day };

/** Made at a time, in days. */
function authority(number: number, madeAt: number, lifetime = 30): Authority {
  const notBefore = madeAt * day - 300_000;
  const notAfter = (madeAt + lifetime) * day;
  return { number, certificate: "", key: "", fingerprint: `ca-${number}`, notBefore, notAfter };
}

function plan(authorities: readonly Authority[], now: number, rest: Partial<SuccessionInput> = {}) {
  const { keep, next, reviewAt } = planSuccession({
    authorities,
    now: now * day,
    policy,
    jitter: 0,
    rotationRequested: false,
    isSettled: () => true,
    ...rest,
  });
  return { keep: keep.map(({ number }) => number), next, reviewAt: Math.round((reviewAt / day) * 10) / 10 };
}

describe("succession", () => {
  it("begins with number one", () => {
    assert.deepEqual(plan([], 0), { keep: [], next: 1, reviewAt: 0 });
  });

  it("keeps a CA until two thirds of its life", () => {
    assert.deepEqual(plan([authority(1, 0)], 19.9), { keep: [1], next: undefined, reviewAt: 20 });
    assert.deepEqual(plan([authority(1, 0)], 20), { keep: [1], next: 2, reviewAt: 20 });
  });

  it("renews earlier by the jitter", () => {
    assert.equal(plan([authority(1, 0)], 18.6, { jitter: 0.999 }).next, 2);
    assert.equal(plan([authority(1, 0)], 18.4, { jitter: 0.999 }).next, undefined);
  });

  it("makes one on request", () => {
    assert.equal(plan([authority(1, 0)], 1, { rotationRequested: true }).next, 2);
  });

  it("retires a CA when its successor has been there for the overlap and is trusted", () => {
    const both = [authority(2, 5), authority(1, 0)];
    assert.deepEqual(plan(both, 5.9), { keep: [2, 1], next: undefined, reviewAt: 6 });
    assert.deepEqual(plan(both, 6), { keep: [2], next: undefined, reviewAt: 25 });
    assert.deepEqual(plan(both, 6, { isSettled: () => false }).keep, [2, 1]);
  });

  it("drops what has expired, trusted or not", () => {
    const both = [authority(2, 20), authority(1, 0)];
    assert.deepEqual(plan(both, 30, { isSettled: () => false }).keep, [2]);
  });

  it("goes on with a higher number when all have expired", () => {
    assert.deepEqual(plan([authority(4, 0)], 40), { keep: [], next: 5, reviewAt: 40 });
  });

  it("holds no more than eight on request", () => {
    const eight = Array.from({ length: 8 }, (_, place) => authority(8 - place, 1));
    assert.equal(plan(eight, 1.5, { rotationRequested: true }).next, undefined);
    assert.equal(plan(eight.slice(1), 1.5, { rotationRequested: true }).next, 9 - 1);
  });

  it("never leaves nobody, and asks to be asked again", () => {
    const authorities = fc
      .array(fc.integer({ min: 0, max: 100 }), { maxLength: 10 })
      .map((days) =>
        days.sort((one, other) => other - one).map((madeAt, place) => authority(days.length - place, madeAt)),
      );
    fc.assert(
      fc.property(
        authorities,
        fc.integer({ min: 0, max: 150 }),
        fc.boolean(),
        fc.boolean(),
        (list, now, asked, settled) => {
          const { keep, next, reviewAt } = plan(list, now, { rotationRequested: asked, isSettled: () => settled });
          assert.ok(keep.length > 0 || next !== undefined);
          assert.ok(next === undefined || list.every(({ number }) => number < next));
          assert.ok(Number.isFinite(reviewAt));
          const newest = list.find(({ notAfter }) => now * day < notAfter);
          assert.ok(newest === undefined || keep[0] === newest.number, "the newest never goes before its end");
        },
      ),
    );
  });
});

it("renews at two thirds of the life or a little before", () => {
  assert.equal(renewalTime({ notBefore: 0, notAfter: 300 }, 0), 200);
  assert.equal(renewalTime({ notBefore: 0, notAfter: 300 }, 1), 185);
});

describe("the issuer of a leaf", () => {
  const [one, two, three] = [authority(1, 0), authority(2, 1), authority(3, 2)];
  const now = 1_000_000;
  const settleMs = 10_000;
  const long = now - 20_000;
  const lately = now - 5_000;

  const cases: readonly {
    readonly what: string;
    readonly authorities?: readonly Authority[];
    readonly trusted: Readonly<Record<string, number>>;
    readonly leaf?: { readonly issuer: string; readonly isTrusted: boolean; readonly due?: boolean };
    readonly chosen: number | undefined;
  }[] = [
    { what: "nothing is trusted yet: the newest", trusted: {}, chosen: 3 },
    {
      what: "a start while all are just seen: the oldest trusted",
      trusted: { "ca-1": lately, "ca-2": lately },
      chosen: 1,
    },
    { what: "the newest settled one", trusted: { "ca-1": long, "ca-2": long, "ca-3": lately }, chosen: 2 },
    {
      what: "its own is trusted and another not settled: stays",
      trusted: { "ca-1": lately, "ca-2": lately },
      leaf: { issuer: "ca-1", isTrusted: true },
      chosen: undefined,
    },
    {
      what: "its own is trusted and due: its own again",
      trusted: { "ca-1": lately, "ca-2": lately },
      leaf: { issuer: "ca-1", isTrusted: true, due: true },
      chosen: 1,
    },
    {
      what: "a newer one has settled: the newer one",
      trusted: { "ca-1": long, "ca-2": long },
      leaf: { issuer: "ca-1", isTrusted: true },
      chosen: 2,
    },
    {
      what: "it is by the newest settled one: stays",
      trusted: { "ca-1": long, "ca-2": long },
      leaf: { issuer: "ca-2", isTrusted: true },
      chosen: undefined,
    },
    {
      what: "it is by the newest settled one and due: the same again",
      trusted: { "ca-2": long },
      leaf: { issuer: "ca-2", isTrusted: true, due: true },
      chosen: 2,
    },
    {
      what: "it is distrusted and another trusted: the other at once",
      trusted: { "ca-2": lately },
      leaf: { issuer: "ca-1", isTrusted: false },
      chosen: 2,
    },
    {
      what: "the configuration was emptied: stays",
      trusted: {},
      leaf: { issuer: "ca-1", isTrusted: false },
      chosen: undefined,
    },
    {
      what: "its own is gone from the Secret, but still trusted: stays",
      trusted: { "ca-2": lately },
      leaf: { issuer: "ca-0", isTrusted: true },
      chosen: undefined,
    },
    {
      what: "its own is gone from the Secret, and it is due: the trusted one",
      trusted: { "ca-2": lately },
      leaf: { issuer: "ca-0", isTrusted: true, due: true },
      chosen: 2,
    },
    {
      what: "its own is gone and nothing is trusted: the newest",
      trusted: {},
      leaf: { issuer: "ca-0", isTrusted: false },
      chosen: 3,
    },
    { what: "there is none", authorities: [], trusted: {}, chosen: undefined },
  ];
  for (const { what, authorities = [three, two, one], trusted, leaf, chosen } of cases) {
    it(what, () => {
      const issuer = chooseIssuer({
        authorities,
        leaf: leaf && { ...leaf, renewAt: leaf.due === true ? now : now + 1 },
        trustedSince: ({ fingerprint }) => trusted[fingerprint],
        now,
        settleMs,
      });
      assert.equal(issuer?.number, chosen);
    });
  }
});
