/**
 * Who does not ask for a sidecar gets exactly the pod that he would get without Outrigger: compared byte by byte with one
 * that was created while the cluster had no injector.
 */
import assert from "node:assert/strict";
import { after } from "node:test";
import { injectorOfFile } from "../injector-of-file.ts";
import { removeWebhookConfiguration } from "../install.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import type { NamespaceOptions } from "../namespaces.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import type { PodOptions } from "../pods.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { deletePod, podsPath } from "../stored-pod.ts";

interface UntouchedCase {
  readonly name: string;
  /** A namespace to make, or the name of one that is there. */
  readonly namespace: NamespaceOptions | "kube-system" | "kube-public";
  readonly pod: PodOptions;
}

const disabled: NamespaceOptions = { labels: { "outrigger.dev/injection": "disabled" } };
const wish = { labels: { "outrigger.dev/inject": "true" } };

const cases: readonly UntouchedCase[] = [
  { name: "of an unlabelled namespace", namespace: {}, pod: {} },
  { name: "of an opted-out namespace", namespace: disabled, pod: {} },
  { name: "of an opted-out namespace that asks for injection itself", namespace: disabled, pod: wish },
  { name: "of kube-system that asks for injection", namespace: "kube-system", pod: wish },
  { name: "of kube-public that asks for injection", namespace: "kube-public", pod: wish },
  {
    name: "that opts out of a labelled namespace by its label",
    namespace: injectionEnabled,
    pod: { labels: { "outrigger.dev/inject": "false" } },
  },
  {
    name: "that opts out of a labelled namespace by its annotation",
    namespace: injectionEnabled,
    pod: { annotations: { "outrigger.dev/inject": "false" } },
  },
  { name: "on the host network", namespace: injectionEnabled, pod: { spec: { hostNetwork: true } } },
  { name: "for Windows", namespace: injectionEnabled, pod: { spec: { os: { name: "windows" } } } },
  {
    name: "with another mesh's sidecar",
    namespace: injectionEnabled,
    pod: { spec: { initContainers: [{ name: "linkerd-proxy", image: "registry.example/proxy:1" }] } },
  },
  {
    name: "that mirrors a static pod",
    namespace: injectionEnabled,
    pod: {
      annotations: { "kubernetes.io/config.mirror": "0123456789" },
      spec: { nodeName: "no-such-node", automountServiceAccountToken: false },
    },
  },
];

const made = createTestNamespaces("untouched");
const places = new Map<UntouchedCase, string>();
const references = new Map<UntouchedCase, string>();

injectorOfFile({
  replicas: 1,
  beforehand: async () => {
    await removeWebhookConfiguration();
    for (const each of cases) {
      const namespace = typeof each.namespace === "string" ? each.namespace : await made.create(each.namespace);
      places.set(each, namespace);
      references.set(each, await createAndDelete(namespace, each));
    }
  },
});
after(async () => made.deleteAll());

for (const each of cases) {
  scenario(`untouched: a pod ${each.name} is the same, byte for byte`, async () => {
    const stored = await createAndDelete(places.get(each) ?? "", each);
    assert.equal(stored, references.get(each));
  });
}

/** The stored pod as the API server writes it, without what differs from creation to creation. */
async function createAndDelete(namespace: string, each: UntouchedCase): Promise<string> {
  const name = `untouched-${cases.indexOf(each)}`;
  const client = await kubernetesClient();
  const { status, text } = await client.request("POST", podsPath(namespace), plainPod(name, each.pod));
  assert.equal(status, 201, text);
  await deletePod(namespace, name);
  return text
    .replaceAll(/"(uid|resourceVersion|creationTimestamp|time)":"[^"]*"/g, '"$1":"…"')
    .replaceAll(/kube-api-access-[a-z0-9]{5}/g, "kube-api-access-…");
}
