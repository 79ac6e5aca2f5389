/**
 * Configurations that are kept and that nobody waits for.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { silentObserver } from "../../../src/certificates/certificate-source.ts";
import type { WebhookCertificates } from "../../../src/certificates/webhook-certificates.ts";
import { createWebhookCertificates } from "../../../src/certificates/webhook-certificates.ts";
import { readBundles } from "../../../src/certificates/webhook-configuration.ts";
import { captureLogger } from "../../captured-logger.ts";
import { FakeClock } from "../../fake-clock.ts";
import { FakeKubernetes } from "../../fake-kubernetes/server.ts";
import { configuration, configurationsCollection, emptyConfiguration, fleetPolicy, secretName } from "./fleet.ts";

const advisory = { resource: "validatingwebhookconfigurations", name: "outrigger" } as const;
const advisoryCollection = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

async function start(
  context: TestContext,
  prepare: (server: FakeKubernetes) => void,
): Promise<{ readonly server: FakeKubernetes; readonly certificates: WebhookCertificates; readonly clock: FakeClock }> {
  const server = new FakeKubernetes();
  const clock = new FakeClock();
  await server.start();
  server.store.create(configurationsCollection, emptyConfiguration());
  prepare(server);
  const certificates = createWebhookCertificates({
    origin: {
      kind: "shared-secret",
      names: ["127.0.0.1"],
      secret: { namespace: "outrigger-system", name: secretName },
      cluster: { api: server.client(), configurations: [configuration], advisory: [advisory] },
    },
    clock,
    random: () => 0.5,
    log: captureLogger().log,
    observer: silentObserver,
    policy: fleetPolicy,
  });
  context.after(async () => {
    certificates.stop();
    await server.stop();
  });
  await certificates.start();
  await certificates.idle();
  return { server, certificates, clock };
}

test("an advisory configuration trusts what the others trust", async (context) => {
  const { server, certificates } = await start(context, ({ store }) => {
    store.create(advisoryCollection, emptyConfiguration());
  });
  assert.equal(certificates.unready(), undefined);
  const [required, kept] = [configurationsCollection, advisoryCollection].map((collection) =>
    readBundles(server.store.get(collection, "outrigger")),
  );
  assert.ok(kept?.[0]?.includes("BEGIN CERTIFICATE"));
  assert.deepEqual(kept, required);
});

test("one that is not there, or may not be read, holds nobody up", async (context) => {
  const { certificates } = await start(context, () => undefined);
  assert.equal(certificates.unready(), undefined);
  const forbidden = await start(context, (server) => {
    server.fault = ({ path }) => (path.startsWith(advisoryCollection) ? 403 : undefined);
  });
  assert.equal(forbidden.certificates.unready(), undefined);
});
