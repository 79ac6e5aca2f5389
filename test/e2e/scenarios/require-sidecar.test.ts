/**
 * The component `require-sidecar`: the API server itself sees to it that no pod of a labelled namespace is bare.
 */
import assert from "node:assert/strict";
import { after } from "node:test";
import { eventually } from "../../eventually.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { removeWebhookConfiguration } from "../install.ts";
import { kubectl, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import type { PodOptions } from "../pods.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { createPod, hasSidecar } from "../stored-pod.ts";

const policy = new URL("../../../manifests/components/require-sidecar/policy.yaml", import.meta.url).pathname;

injectorOfFile({
  replicas: 1,
  beforehand: async () => {
    await kubectlOk(["apply", "--server-side", "-f", policy]);
  },
});
after(async () => kubectlOk(["delete", "--ignore-not-found", "-f", policy]));

scenario("require-sidecar: injected pods are admitted", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  assert.ok(hasSidecar(await createPod(namespace, plainPod("web"))));
  const classic = plainPod("classic", { annotations: { "outrigger.dev/native-sidecar": "false" } });
  assert.ok(hasSidecar(await createPod(namespace, classic)));
});

const skipped: readonly (readonly [string, PodOptions])[] = [
  ["that opt out", { labels: { "outrigger.dev/inject": "false" } }],
  ["on the host network", { spec: { hostNetwork: true } }],
];
for (const [index, [name, options]] of skipped.entries()) {
  scenario(`require-sidecar: pods ${name} are admitted`, async ({ namespaces }) => {
    const namespace = await namespaces.create(injectionEnabled);
    assert.ok(!hasSidecar(await createPod(namespace, plainPod(`skipped-${index}`, options))));
  });
}

scenario("require-sidecar: without the injector a bare pod is refused, elsewhere it is not", async ({ namespaces }) => {
  await removeWebhookConfiguration();
  const labelled = await namespaces.create(injectionEnabled);
  const unlabelled = await namespaces.create();
  const create = async (namespace: string): Promise<Awaited<ReturnType<typeof kubectl>>> =>
    kubectl(["-n", namespace, "create", "--dry-run=server", "-f", "-"], { input: plainPod("web") });
  await eventually("the injector is no longer asked", async () => {
    const { code, stderr } = await create(labelled);
    return code !== 0 && stderr.includes("ValidatingAdmissionPolicy");
  });
  const { stderr } = await create(labelled);
  assert.match(
    stderr,
    /ValidatingAdmissionPolicy 'outrigger-require-sidecar' with binding 'outrigger-require-sidecar'/,
  );
  assert.match(stderr, /the namespace is labelled outrigger\.dev\/injection: enabled, but the pod has no sidecar/);
  assert.equal((await create(unlabelled)).code, 0);
});
