/**
 * A pod that is created right after its namespace, before anybody's watch has told of it.
 */
import assert from "node:assert/strict";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectlJson, kubectlOk } from "../kubectl.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { injectionEnabled, serviceAccount } from "../namespaces.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { createPod, hasSidecar } from "../stored-pod.ts";

injectorOfFile();

function namespaceObject(name: string): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: injectionEnabled.labels } };
}

scenario(
  "new namespaces: 30 pods, each created right after its namespace, are all injected",
  async ({ namespaces }) => {
    const client = await kubernetesClient();
    for (let count = 0; count < 30; count += 1) {
      const name = namespaces.reserve();
      await client.ok("POST", "/api/v1/namespaces", namespaceObject(name));
      await client.request("POST", `/api/v1/namespaces/${name}/serviceaccounts`, serviceAccount);
      assert.ok(hasSidecar(await createPod(name, plainPod("web"))), name);
    }
  },
);

scenario("new namespaces: namespace and pods in one kubectl apply", async ({ namespaces }) => {
  const name = namespaces.reserve();
  const inside = [serviceAccount, plainPod("web"), plainPod("api")].map((object) => inNamespace(object, name));
  const input = { apiVersion: "v1", kind: "List", items: [namespaceObject(name), ...inside] };
  await kubectlOk(["apply", "--server-side", "--force-conflicts", "-f", "-"], { input });
  const { items } = await kubectlJson<{ readonly items: readonly Pod[] }>(["-n", name, "get", "pods"]);
  assert.equal(items.length, 2);
  assert.ok(items.every(hasSidecar));
});

scenario("new namespaces: a label that was just set counts at once", async ({ namespaces }) => {
  const client = await kubernetesClient();
  const name = await namespaces.create();
  await client.ok("PATCH", `/api/v1/namespaces/${name}`, { metadata: { labels: injectionEnabled.labels } });
  // The API server's own admission follows namespaces by a watch, too: a moment later, never long.
  for (let attempt = 1; ; attempt += 1) {
    if (hasSidecar(await createPod(name, plainPod(`web-${attempt}`)))) return;
    assert.ok(attempt < 20, "pods of a labelled namespace are not injected");
  }
});

function inNamespace(object: object, namespace: string): object {
  const { metadata } = object as { readonly metadata: object };
  return { ...object, metadata: { ...metadata, namespace } };
}
