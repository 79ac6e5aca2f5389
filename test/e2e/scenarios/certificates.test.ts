/**
 * Certificates that change, break and come back while pods are created without a pause.
 */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { eventually } from "../../eventually.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import type { PodStream } from "../pod-stream.ts";
import { startPodStream } from "../pod-stream.ts";
import type { ScenarioContext } from "../scenario.ts";
import { scenario } from "../scenario.ts";
import { servingAuthority } from "../serving-certificate.ts";
import { editBundles, readBundles } from "../webhook-bundles.ts";

const secretPath = "/api/v1/namespaces/outrigger-system/secrets/outrigger-webhook-certificates";

const injector = injectorOfFile({
  // CAs of earlier runs on the same cluster count towards the most that there may be.
  beforehand: async () => {
    await (await kubernetesClient()).request("DELETE", secretPath);
  },
});

interface Secret {
  readonly metadata: { readonly uid: string };
  readonly data: Readonly<Record<string, string>>;
}

async function streaming(context: ScenarioContext): Promise<PodStream> {
  const stream = await startPodStream(context);
  await eventually("pods are created", () => stream.created() >= 20, 30_000);
  return stream;
}

/** So many more pods, to see that all is well afterwards. */
async function awaitMore(stream: PodStream, count: number): Promise<void> {
  const before = stream.created();
  await eventually(`${count} more pods`, () => stream.created() >= before + count, 30_000);
}

async function assertFlawless(stream: PodStream, { note }: ScenarioContext): Promise<void> {
  const { created, uninjected, failures } = await stream.stop();
  assert.deepEqual(failures, []);
  assert.deepEqual(uninjected, []);
  note(`${created} pods created, none failed, none without its sidecar`);
}

async function authoritiesServed(): Promise<readonly string[]> {
  return Promise.all(
    injector()
      .replicas()
      .map(async ({ port }) => servingAuthority(port)),
  );
}

async function requestRotation(): Promise<void> {
  const client = await kubernetesClient();
  await client.ok("PATCH", secretPath, { metadata: { annotations: { "outrigger.dev/rotate": "now" } } });
}

async function everyReplicaServesANewOne(before: readonly string[]): Promise<void> {
  const changed = async (): Promise<boolean> => {
    const now = await authoritiesServed();
    return new Set(now).size === 1 && now.every((authority) => !before.includes(authority));
  };
  await eventually("every replica serves by the new CA", changed, 60_000);
}

scenario(
  "certificates: rotated three times while pods are created",
  async (context) => {
    const stream = await streaming(context);
    const seen = new Set(await authoritiesServed());
    for (let round = 1; round <= 3; round += 1) {
      const before = [...seen];
      await requestRotation();
      await everyReplicaServesANewOne(before);
      for (const authority of await authoritiesServed()) seen.add(authority);
    }
    await awaitMore(stream, 20);
    await assertFlawless(stream, context);
  },
  { timeoutMs: 240_000 },
);

scenario(
  "certificates: the webhook is rolled, in the middle of a rotation, while pods are created",
  async (context) => {
    const stream = await streaming(context);
    const before = await authoritiesServed();
    await requestRotation();
    await injector().roll();
    await everyReplicaServesANewOne(before);
    await awaitMore(stream, 20);
    await assertFlawless(stream, context);
  },
);

scenario("certificates: the Secret is deleted while pods are created, and comes back the same", async (context) => {
  const stream = await streaming(context);
  const client = await kubernetesClient();
  const before = await client.ok<Secret>("GET", secretPath);
  await client.ok("DELETE", secretPath);
  await eventually("the Secret is back", async () => (await client.request("GET", secretPath)).status === 200);
  await awaitMore(stream, 60);
  const after = await client.ok<Secret>("GET", secretPath);
  assert.notEqual(after.metadata.uid, before.metadata.uid);
  assert.deepEqual(after.data, before.data);
  await assertFlawless(stream, context);
});

function describeBundle(base64: string): string {
  const pem = Buffer.from(base64, "base64").toString();
  const certificates = pem.split(/(?<=-----END CERTIFICATE-----)\n*/).filter((part) => part.includes("BEGIN"));
  return certificates.map((certificate) => new X509Certificate(certificate).subject).join(", ");
}

const garbage = Buffer.from("garbage").toString("base64");
const edits: readonly (readonly [string, (bundle: string, entry: string) => string])[] = [
  ["garbage", () => garbage],
  ["nothing", () => ""],
  ["garbage in one entry", (bundle, entry) => (entry === "namespace.injection.outrigger.dev" ? garbage : bundle)],
];

for (const [what, change] of edits) {
  scenario(`certificates: caBundle edited to ${what} heals by itself, and no pod slips through`, async (context) => {
    context.showOnFailure("served by", async () => (await authoritiesServed()).join("\n"));
    context.showOnFailure("trusted by the entries", async () => (await readBundles()).map(describeBundle).join("\n"));
    const stream = await streaming(context);
    const before = await readBundles();
    const editedAt = Date.now();
    await editBundles(change);
    await eventually("the bundles are as before", async () => {
      const now = await readBundles();
      return now.every((bundle, index) => bundle === before[index]);
    });
    const healedAt = Date.now();
    await awaitMore(stream, 40);
    const { created, uninjected, failures } = await stream.stop();
    // Where the API server cannot verify the webhook, `failurePolicy: Fail` refuses the pod: nothing else would be safe.
    const late = failures.filter(({ at }) => at > healedAt + 2_000);
    assert.deepEqual(late, [], "it hears of the healed bundle within moments");
    assert.deepEqual(uninjected, []);
    const last = Math.max(0, ...failures.map(({ at }) => at - editedAt));
    context.note(
      `healed in ${healedAt - editedAt} ms; ${failures.length} creations refused, the last after ${last} ms; ${created} created`,
    );
  });
}
