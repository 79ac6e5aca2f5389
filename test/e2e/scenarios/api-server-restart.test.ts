/**
 * The API server goes away and comes back while pods are created: no pod slips through, and the injector follows the
 * cluster again by itself.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { currentCluster, restartApiServer } from "../cluster.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubernetesClient } from "../kubernetes-client.ts";
import { injectionEnabled } from "../namespaces.ts";
import type { TestNamespaces } from "../namespaces.ts";
import { plainPod } from "../pods.ts";
import { startPodStream } from "../pod-stream.ts";
import { scenario } from "../scenario.ts";
import { createPod, deletePod, hasSidecar, proxyArgument } from "../stored-pod.ts";

const injector = injectorOfFile();
const { local } = currentCluster();

scenario(
  "API server restart: no pod goes uninjected, and the injector hears of namespaces again",
  async (context) => {
    const { namespaces, note } = context;
    if (local === undefined) return;
    const stream = await startPodStream(context, { retry: true });
    await eventually("pods are created", () => stream.created() >= 20);
    await restartApiServer(local, 2);
    const createdBefore = stream.created();
    await eventually("pods are created again", () => stream.created() >= createdBefore + 40, 30_000);
    const { created, uninjected, failures } = await stream.stop();
    assert.deepEqual(uninjected, []);
    assert.ok(failures.length > 0, "the API server was never away");
    note(`${created} pods created, ${failures.length} attempts failed during the restart`);

    // Only the informer knows a namespace's annotations.
    const annotations = { "outrigger.dev/proxy-log-level": "debug" };
    const later = await namespaces.create({ ...injectionEnabled, annotations });
    await eventually(
      "the injector knows a namespace that was made after the restart",
      async () => {
        const pod = await createPod(later, plainPod("web"));
        await deletePod(later, "web");
        assert.ok(hasSidecar(pod));
        return proxyArgument(pod, "--log-level") === "debug";
      },
      30_000,
    );
    for (const replica of injector().replicas()) await replica.waitUntilReady();
    await controllersFollow(namespaces);
  },
  {
    timeoutMs: 240_000,
    impossibleBecause: local === undefined ? "the cluster was not started by scripts/cluster" : undefined,
  },
);

/** They try again at growing intervals; the next scenarios count on them. */
async function controllersFollow(namespaces: TestNamespaces): Promise<void> {
  const client = await kubernetesClient();
  const name = namespaces.reserve();
  await client.ok("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const path = `/api/v1/namespaces/${name}/serviceaccounts/default`;
  const made = async (): Promise<boolean> => (await client.request("GET", path)).status === 200;
  await eventually("the controllers make service accounts again", made, 90_000);
}
