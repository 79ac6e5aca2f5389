/**
 * Webhook configurations that are edited or deleted come back; what an administrator may rightly change stays; and the
 * injector finds out by itself whether it is reachable.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../eventually.ts";
import { eventOf } from "../events.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { removeWebhookConfiguration } from "../install.ts";
import { kubectl, kubectlOk } from "../kubectl.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { injectionEnabled } from "../namespaces.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { createPod, hasSidecar } from "../stored-pod.ts";
import type { WebhookProcess } from "../webhook-process.ts";

const injector = injectorOfFile();

interface Entry {
  readonly name: string;
  readonly [field: string]: unknown;
}

interface Configuration {
  readonly metadata: { readonly uid: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly webhooks: readonly Entry[];
}

/** As the API server writes it, which leaves out an empty list. */
type WrittenConfiguration = Omit<Configuration, "webhooks"> & Partial<Pick<Configuration, "webhooks">>;

const group = "/apis/admissionregistration.k8s.io/v1";
const mutating = `${group}/mutatingwebhookconfigurations/outrigger-injector`;
const validating = `${group}/validatingwebhookconfigurations/outrigger-injector`;
const deployment = "/apis/apps/v1/namespaces/outrigger-system/deployments/outrigger-injector";

async function read(path = mutating): Promise<Configuration> {
  const { webhooks = [], ...rest } = await (await kubernetesClient()).ok<WrittenConfiguration>("GET", path);
  return { ...rest, webhooks };
}

async function patch(path: string, body: object): Promise<void> {
  await (await kubernetesClient()).ok("PATCH", path, body);
}

async function exists(path = mutating): Promise<boolean> {
  return (await (await kubernetesClient()).request("GET", path)).status === 200;
}

async function isAsBefore(before: Configuration, path = mutating): Promise<boolean> {
  return JSON.stringify((await read(path)).webhooks) === JSON.stringify(before.webhooks);
}

/** Adds up a counter over all replicas. */
async function restores(labels: string): Promise<number> {
  const pages = await Promise.all(
    injector()
      .replicas()
      .map(async (replica) => replica.metrics()),
  );
  const values = pages.map((page) => valueOf(page, `outrigger_webhook_configuration_restores_total{${labels}}`));
  return values.reduce((sum, value) => sum + value, 0);
}

function valueOf(page: string, series: string): number {
  const line = page.split("\n").find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1));
}

async function roundTrip(replica: WebhookProcess): Promise<number> {
  return valueOf(await replica.metrics(), "outrigger_roundtrip_success");
}

/** Whether that is what every replica found out last. */
async function roundTripIs(value: number): Promise<boolean> {
  return (await Promise.all(injector().replicas().map(roundTrip))).every((result) => result === value);
}

const edits: Readonly<Record<string, (entries: readonly Entry[]) => readonly object[]>> = {
  "failurePolicy of every entry": (entries) => entries.map((entry) => ({ ...entry, failurePolicy: "Ignore" })),
  "the rules": (entries) =>
    entries.map((entry) => ({
      ...entry,
      rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
    })),
  "the selectors": (entries) =>
    entries.map((entry) => ({ ...entry, namespaceSelector: {}, objectSelector: { matchLabels: { a: "b" } } })),
  "the match conditions": (entries) => entries.map((entry) => ({ ...entry, matchConditions: [] })),
  "an entry that is taken out": (entries) => entries.slice(1),
  "all entries taken out": () => [],
};

for (const [what, change] of Object.entries(edits)) {
  scenario(`self-heal: an edit of ${what} is undone`, async ({ note }) => {
    // A replica that has not seen the webhook answer restores with `Ignore`, which the other one then corrects.
    await eventually("every replica has seen it answer", async () => roundTripIs(1), 40_000);
    const before = await read();
    const restored = async (): Promise<number> => restores('configuration="mutating",cause="edited"');
    const count = await restored();
    const byName = (entries: readonly Entry[]): readonly string[] =>
      entries.map((entry) => JSON.stringify(entry)).sort();
    const editedAt = Date.now();
    await patch(mutating, { webhooks: change(before.webhooks) });
    await eventually("it is as before", async () => {
      const { webhooks } = await read();
      return JSON.stringify(byName(webhooks)) === JSON.stringify(byName(before.webhooks));
    });
    note(`restored in ${Date.now() - editedAt} ms`);
    // Whoever wrote it counts it when it has heard that it is written.
    await eventually("one has counted it", async () => (await restored()) > count);
    assert.equal(await restored(), count + 1, "by one of the replicas, once");
  });
}

scenario("self-heal: the advice's configuration is looked after as well", async () => {
  const before = await read(validating);
  await patch(validating, { webhooks: before.webhooks.map((entry) => ({ ...entry, failurePolicy: "Fail" })) });
  await eventually("it is as before", async () => isAsBefore(before, validating));
});

scenario("self-heal: the administrator is told on the configuration itself", async () => {
  const before = await read();
  await patch(mutating, { webhooks: before.webhooks.map((entry) => ({ ...entry, matchPolicy: "Exact" })) });
  const event = await eventOf("default", "WebhookConfigurationRestored");
  assert.equal(event.type, "Warning");
  assert.equal(event.regarding.name, "outrigger-injector");
  assert.match(event.note, /^restored as shipped \(the annotation outrigger\.dev\/self-heal: "false" lets others/);
  await eventually("kubectl describe shows it", async () =>
    (await kubectlOk(["describe", "mutatingwebhookconfiguration", "outrigger-injector"])).includes(
      "WebhookConfigurationRestored",
    ),
  );
});

scenario("self-heal: what the administrator owns stays", async ({ cleanUp }) => {
  cleanUp(async () => injector().reapply());
  const before = await read();
  const webhooks = before.webhooks.map((entry) => ({ ...entry, timeoutSeconds: 9 }));
  await patch(mutating, { metadata: { labels: { team: "a" }, annotations: { note: "b" } }, webhooks });
  await sleep(2_000);
  const after = await read();
  assert.ok(after.webhooks.every(({ timeoutSeconds }) => timeoutSeconds === 9));
  assert.equal(after.metadata.annotations?.["note"], "b");
});

scenario("self-heal: a deleted configuration is back within seconds, and pods are injected", async (context) => {
  const { namespaces, note } = context;
  const namespace = await namespaces.create(injectionEnabled);
  const before = await read();
  const client = await kubernetesClient();
  const deletedAt = Date.now();
  await client.ok("DELETE", mutating);
  await eventually("it is back", exists, 30_000);
  note(`back after ${Date.now() - deletedAt} ms`);
  const after = await read();
  assert.notEqual(after.metadata.uid, before.metadata.uid);
  assert.deepEqual(after.webhooks, before.webhooks);
  assert.deepEqual(after.metadata.annotations, before.metadata.annotations);
  await eventually("pods are injected", async () => {
    const answer = await kubectl(["-n", namespace, "create", "--dry-run=server", "-o", "json", "-f", "-"], {
      input: plainPod("web"),
    });
    return answer.code === 0 && answer.stdout.includes("outrigger-proxy");
  });
  assert.ok(hasSidecar(await createPod(namespace, plainPod("web"))));
});

scenario("self-heal: switched off by its annotation, edits stay and the deleted stays deleted", async ({ cleanUp }) => {
  cleanUp(async () => injector().reapply());
  const before = await read();
  await patch(mutating, { metadata: { annotations: { "outrigger.dev/self-heal": "false" } } });
  await patch(mutating, { webhooks: before.webhooks.map((entry) => ({ ...entry, matchPolicy: "Exact" })) });
  await sleep(2_000);
  assert.ok((await read()).webhooks.every(({ matchPolicy }) => matchPolicy === "Exact"));
  await patch(mutating, { metadata: { annotations: { "outrigger.dev/self-heal": "true" } } });
  await eventually("switched on, it is as before", async () => isAsBefore(before));
  await removeWebhookConfiguration();
  await sleep(8_000);
  assert.equal(await exists(), false);
});

scenario("self-heal: an injector that is being removed restores nothing", async ({ cleanUp }) => {
  cleanUp(async () => {
    await patch(deployment, { spec: { replicas: 2 } });
    await injector().reapply();
  });
  await eventually("it is there", exists);
  await sleep(500);
  await patch(deployment, { spec: { replicas: 0 } });
  await (await kubernetesClient()).ok("DELETE", mutating);
  await sleep(8_000);
  assert.equal(await exists(), false);
});

scenario(
  "round trip: every replica finds out whether pods come back with a sidecar, and stays ready where they do not",
  async ({ cleanUp }) => {
    cleanUp(async () => injector().reapply());
    await eventually("it is well", async () => roundTripIs(1), 40_000);
    const [first] = injector().replicas();
    assert.ok(first !== undefined);
    const succeededAt = valueOf(await first.metrics(), "outrigger_roundtrip_last_success_timestamp_seconds");
    assert.ok(Math.abs(succeededAt - Date.now() / 1_000) < 60);
    const { webhooks } = await read();
    const away = webhooks.map((entry) => {
      const client = entry["clientConfig"] as { readonly service: object };
      return { ...entry, clientConfig: { ...client, service: { ...client.service, port: 1 } } };
    });
    await patch(mutating, { webhooks: away });
    await eventually("it is told", async () => roundTripIs(0), 60_000);
    assert.ok(await first.isReady());
    await injector().reapply();
    await eventually("it is well again", async () => roundTripIs(1), 30_000);
  },
  { timeoutMs: 180_000 },
);

scenario("leader: one replica is it, another one as soon as it stops", async () => {
  const leaders = async (): Promise<readonly string[]> => {
    const all = injector().replicas();
    const pages = await Promise.all(all.map(async (replica) => replica.metrics()));
    return all.filter((_, index) => valueOf(pages[index] ?? "", "outrigger_leader") === 1).map(({ name }) => name);
  };
  const [before, ...others] = await leaders();
  assert.ok(before !== undefined);
  assert.deepEqual(others, []);
  await injector().roll();
  await eventually("there is one again", async () => (await leaders()).length === 1);
  assert.notEqual((await leaders())[0], before);
});

/** What Pod Security lets in there. */
const restrictedSpec = {
  securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } },
  containers: [
    {
      name: "app",
      image: "registry.example/app:1.0",
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    },
  ],
};

scenario("round trip: nothing is ever stored where it is tried", async () => {
  const pod = plainPod("web", { annotations: { "outrigger.dev/interception-mode": "none" }, spec: restrictedSpec });
  const args = ["-n", "outrigger-probe", "create", "-f", "-"];
  const created = await kubectl(args, { input: pod });
  assert.equal(created.code, 1);
  assert.match(created.stderr, /ValidatingAdmissionPolicy 'outrigger-probe'.*the namespace is there for dry runs/);
  assert.equal((await kubectl([...args, "--dry-run=server"], { input: pod })).code, 0);
});
