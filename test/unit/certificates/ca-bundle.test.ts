import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bundleOf } from "../../../src/certificates/authority.ts";
import { planBundle } from "../../../src/certificates/bundle-plan.ts";
import { issueAuthority, issueLeaf } from "../../../src/certificates/issue.ts";
import { LiveBundles } from "../../../src/certificates/live-bundles.ts";
import { patchBundles, readBundles } from "../../../src/certificates/webhook-configuration.ts";
import { FakeClock } from "../../fake-clock.ts";

const start = new FakeClock().now();
const day = 24 * 3_600_000;
const [one, two, expired] = await Promise.all([
  issueAuthority(1, start, 10 * day),
  issueAuthority(2, start, 10 * day),
  issueAuthority(3, start - 5 * day, day),
]);

describe("the bundle of a configuration", () => {
  const plan = (live: string, wanted: string, seen = new Map<string, number>(), now = start) =>
    planBundle({ wanted, live, superfluousSince: seen, now, narrowMs: 1_000 });

  it("is filled", () => {
    assert.deepEqual(plan("", one.certificate), { bundle: bundleOf([one]), superfluous: new Map() });
  });

  it("is left alone where it is right, in any order and form", () => {
    const live = `# mine\n${two.certificate}\n\n${one.certificate}`;
    assert.equal(plan(live, bundleOf([one, two])).bundle, undefined);
  });

  it("is widened at once and narrowed late", () => {
    const wider = plan(one.certificate, two.certificate);
    assert.equal(wider.bundle, bundleOf([two, one]));
    assert.deepEqual(wider.superfluous, new Map([[one.fingerprint, start]]));
    const later = plan(wider.bundle, two.certificate, new Map(wider.superfluous), start + 999);
    assert.deepEqual(later, { bundle: undefined, superfluous: new Map([[one.fingerprint, start]]) });
    const last = plan(wider.bundle, two.certificate, new Map(later.superfluous), start + 1_000);
    assert.deepEqual(last, { bundle: bundleOf([two]), superfluous: new Map() });
  });

  it("loses at once what has expired or is no certificate", () => {
    assert.equal(plan(bundleOf([expired]), one.certificate).bundle, bundleOf([one]));
    assert.equal(plan("rubbish", one.certificate).bundle, bundleOf([one]));
  });
});

describe("what the live configurations trust", async () => {
  const leaf = await issueLeaf(one, ["a"], start, day);

  it("is nothing before all of them have been read", () => {
    const live = new LiveBundles(["a", "b"], new FakeClock());
    live.observe("a", [one.certificate]);
    assert.equal(live.trusts(leaf.certificate), false);
    assert.equal(live.trustedSince(one.fingerprint), undefined);
    live.observe("b", [one.certificate]);
    assert.equal(live.trusts(leaf.certificate), true);
  });

  it("is what every entry of each trusts, since the last of them does", () => {
    const clock = new FakeClock();
    const live = new LiveBundles(["a", "b"], clock);
    live.observe("a", [one.certificate, two.certificate]);
    live.observe("b", [one.certificate]);
    assert.equal(live.trusts(leaf.certificate), false);
    clock.advance(5);
    live.observe("a", [one.certificate, bundleOf([one, two])]);
    assert.equal(live.trusts(leaf.certificate), true);
    assert.equal(live.trustedSince(one.fingerprint), start + 5);
    clock.advance(5);
    live.observe("a", [bundleOf([one, two]), one.certificate]);
    assert.equal(live.trustedSince(one.fingerprint), start + 5, "it did so all the time");
    live.observe("a", ["", one.certificate]);
    assert.equal(live.trustedSince(one.fingerprint), undefined);
    live.observe("a", [one.certificate, one.certificate]);
    assert.equal(live.trustedSince(one.fingerprint), start + 10, "and begins anew");
  });

  it("is everything where there is no configuration", () => {
    const live = new LiveBundles(["a"], new FakeClock());
    live.observe("a", undefined);
    assert.equal(live.trusts(leaf.certificate), true);
    assert.equal(live.trustedSince(one.fingerprint), 0);
    assert.equal(new LiveBundles([], new FakeClock()).trusts(leaf.certificate), true);
  });

  it("is told only when it changed", () => {
    const live = new LiveBundles(["a"], new FakeClock());
    let changes = 0;
    const end = live.onChange(() => (changes += 1));
    live.observe("a", ["x"]);
    live.observe("a", ["x"]);
    assert.equal(changes, 1);
    live.observe("a", undefined);
    assert.equal(changes, 2);
    end();
    live.observe("a", ["x"]);
    assert.equal(changes, 2);
  });
});

it("bundles are read and patched by entry, in the version that was read", () => {
  const configuration = {
    metadata: { name: "outrigger", resourceVersion: "7" },
    webhooks: [{ name: "a", clientConfig: { caBundle: "eA==" } }, { name: "b", clientConfig: {} }, { name: "c" }],
  };
  assert.deepEqual(readBundles(configuration), ["x", "", ""]);
  assert.deepEqual(readBundles({}), []);
  const reference = { resource: "mutatingwebhookconfigurations", name: "outrigger" } as const;
  assert.deepEqual(patchBundles(reference, configuration, [undefined, "y", undefined]), {
    method: "PATCH",
    path: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/outrigger",
    query: { fieldManager: "outrigger-webhook" },
    contentType: "application/json-patch+json",
    body: [
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
      { op: "add", path: "/webhooks/1/clientConfig/caBundle", value: "eQ==" },
    ],
  });
});
