import assert from "node:assert/strict";
import { it } from "node:test";
import { defaultCertificatePolicy } from "../../../src/certificates/certificate-policy.ts";
import { silentObserver } from "../../../src/certificates/certificate-source.ts";
import { isTrusted } from "../../../src/certificates/chain.ts";
import { parseCertificates } from "../../../src/certificates/pem.ts";
import { createWebhookCertificates } from "../../../src/certificates/webhook-certificates.ts";
import { captureLogger } from "../../captured-logger.ts";
import { FakeClock } from "../../fake-clock.ts";

const hour = 3_600_000;

it("a self-made certificate is trusted by its bundle, and renewed with its CA", async (t) => {
  const clock = new FakeClock();
  const certificates = createWebhookCertificates({
    origin: { kind: "self-made", names: ["localhost"] },
    clock,
    random: () => 0.5,
    log: captureLogger().log,
    observer: silentObserver,
    policy: { ...defaultCertificatePolicy, authorityLifetimeMs: 4 * 24 * hour, pollMs: hour },
  });
  t.after(() => {
    certificates.stop();
  });
  assert.equal(certificates.unready(), "there is no certificate yet");
  await certificates.start();
  const { source } = certificates;
  const bundles = new Set<string>();
  const leaves = new Set<string>();
  source.onChange(({ certificate, caBundle }) => {
    leaves.add(certificate);
    bundles.add(caBundle);
  });
  for (let passed = 0; passed < 7 * 24; passed += 1) {
    clock.advance(hour);
    await certificates.idle();
    const current = source.current();
    assert.ok(current !== undefined && isTrusted(current.certificate, current.caBundle, clock.now()));
    assert.equal(certificates.unready(), undefined);
  }
  assert.deepEqual(
    [...bundles].map((bundle) => parseCertificates(bundle).length),
    [1, 2, 1, 2, 1].slice(0, bundles.size),
  );
  assert.ok(bundles.size >= 4);
  assert.ok(leaves.size >= 7, `${leaves.size} leaves in a week`);
  await assert.rejects(certificates.rotate(), /no CA to rotate/);
});
