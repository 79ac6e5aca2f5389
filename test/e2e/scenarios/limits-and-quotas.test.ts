/**
 * LimitRange and ResourceQuota, enforced by the API server on pods that have a sidecar.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectl, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import type { TestNamespaces } from "../namespaces.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { containerOf, createPod, hasSidecar } from "../stored-pod.ts";

injectorOfFile({ replicas: 1 });

const application = {
  containers: [
    {
      name: "app",
      image: "registry.example/app:1.0",
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
    },
  ],
};

function limitedPod(annotations: Readonly<Record<string, string>> = {}): object {
  return plainPod("web", { annotations, spec: application });
}

async function limitedNamespace(namespaces: TestNamespaces, limit: object): Promise<string> {
  const namespace = await namespaces.create(injectionEnabled);
  const spec = { limits: [{ type: "Container", ...limit }] };
  const input = { apiVersion: "v1", kind: "LimitRange", metadata: { name: "limits" }, spec };
  await kubectlOk(["-n", namespace, "create", "-f", "-"], { input });
  // The API server hears of it by a watch of its own.
  await eventually("the LimitRange is in force", async () => {
    const { stderr, stdout } = await kubectl(["-n", namespace, "create", "--dry-run=server", "-o", "yaml", "-f", "-"], {
      input: plainPod("probe", { labels: { "outrigger.dev/inject": "false" } }),
    });
    return stderr !== "" || stdout.includes("limits:");
  });
  return namespace;
}

scenario("LimitRange: defaults fill in what the sidecar's containers leave open", async ({ namespaces }) => {
  const namespace = await limitedNamespace(namespaces, { default: { cpu: "300m", memory: "256Mi" } });
  const pod = await createPod(namespace, limitedPod());
  assert.ok(hasSidecar(pod));
  const { requests, limits } = containerOf(pod, "outrigger-proxy").resources ?? {};
  assert.deepEqual(limits, { cpu: "300m", memory: "256Mi", "ephemeral-storage": "128Mi" });
  assert.deepEqual(requests, { cpu: "50m", memory: "64Mi", "ephemeral-storage": "16Mi" });
  assert.deepEqual(containerOf(pod, "app").resources, application.containers[0]?.resources);
});

scenario("LimitRange: a sidecar below the minimum is refused, and an annotation helps", async ({ namespaces }) => {
  const namespace = await limitedNamespace(namespaces, { min: { memory: "96Mi" }, max: { memory: "1Gi" } });
  const refused = await kubectl(["-n", namespace, "create", "-f", "-"], { input: limitedPod() });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /forbidden: minimum memory usage per Container is 96Mi, but request is 64Mi\n$/);
  const annotations = { "outrigger.dev/proxy-memory-request": "96Mi", "outrigger.dev/proxy-memory-limit": "128Mi" };
  assert.ok(hasSidecar(await createPod(namespace, limitedPod(annotations))));
});

scenario("LimitRange: a sidecar above the maximum is refused", async ({ namespaces }) => {
  const namespace = await limitedNamespace(namespaces, { max: { cpu: "500m" } });
  const annotations = { "outrigger.dev/proxy-cpu-limit": "2" };
  const refused = await kubectl(["-n", namespace, "create", "-f", "-"], { input: limitedPod(annotations) });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /forbidden: maximum cpu usage per Container is 500m, but limit is 2\n$/);
});

scenario(
  "ResourceQuota: where limits are demanded, the refusal names the sidecar, and annotations help",
  async (context) => {
    const namespace = await context.namespaces.create(injectionEnabled);
    await kubectlOk(["-n", namespace, "create", "quota", "team", "--hard=limits.cpu=2,pods=10"]);
    const create = ["-n", namespace, "create", "-f", "-"];
    await eventually("the quota is in force", async () => {
      const status = await kubectlOk(["-n", namespace, "get", "quota", "team", "-o", "jsonpath={.status.hard}"]);
      return status.includes("limits.cpu");
    });
    const refused = await kubectl(create, { input: limitedPod() });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /failed quota: team: must specify limits\.cpu for: outrigger-init,outrigger-proxy\n$/);
    const pod = await createPod(namespace, limitedPod({ "outrigger.dev/proxy-cpu-limit": "100m" }));
    assert.ok(hasSidecar(pod));
    const used = await kubectlOk([
      "-n",
      namespace,
      "get",
      "quota",
      "team",
      "-o",
      "jsonpath={.status.used.limits\\.cpu}",
    ]);
    assert.equal(used, "300m", "the application's 200m and the native sidecar's 100m");
  },
);
