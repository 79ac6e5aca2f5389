/**
 * `outrigger inject | kubectl apply` without the webhook: the same pod as with it, and the same traffic through its proxy.
 */
import assert from "node:assert/strict";
import { isIPv4 } from "node:net";
import type { Pod } from "../../../src/kubernetes/pod.ts";
import { comparable } from "../comparable-pod.ts";
import { kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { outrigger } from "../outrigger-command.ts";
import { scenario } from "../scenario.ts";
import { hasSidecar } from "../stored-pod.ts";
import { applicationDeployment, applicationService, toolsPod } from "./application.ts";
import { fetchIn } from "./client-and-server.ts";
import { injectorPods } from "./injector-deployment.ts";
import { installedOnNode } from "./installation.ts";
import { nameOf, podOfDeployment, run, runningPod, showPodsOnFailure } from "./running-pods.ts";
import { expectTraffic, oneRequestIn, oneRequestOut } from "./watched-traffic.ts";

installedOnNode();

/** Pods of this namespace are never shown to the webhook. */
const disabled = { labels: { "outrigger.dev/injection": "disabled" } };

const objects = [applicationService("web"), applicationDeployment("web"), toolsPod("client")];

/** A namespace's pods once they run, and that one request passes through both of their proxies. */
async function runningPods(namespace: string): Promise<readonly Pod[]> {
  const server = await podOfDeployment(namespace, "web");
  const client = await runningPod(namespace, "client");
  const expected = { client: oneRequestOut, [nameOf(server)]: oneRequestIn };
  await expectTraffic(namespace, expected, async () => fetchIn(namespace, "client", "http://web/"));
  return [server, client];
}

/** What the webhook takes from its own pod, and an administrator knows. */
async function ipFamilies(): Promise<string> {
  const addresses = (await injectorPods())[0]?.status.podIPs.map(({ ip }) => ip) ?? [];
  return addresses.map((ip) => (isIPv4(ip) ? "IPv4" : "IPv6")).join(",");
}

scenario(
  "offline: `outrigger inject -f - | kubectl apply -f -` runs the very pod that the webhook makes",
  async (c) => {
    const labelled = await c.namespaces.create(injectionEnabled);
    const unseen = await c.namespaces.create(disabled);
    for (const namespace of [labelled, unseen]) showPodsOnFailure(c, namespace);
    await run(labelled, ...objects);
    const manifest = objects.map((object) => JSON.stringify(object)).join("\n---\n");
    const injected = await outrigger(["inject", "-f", "-", "--ip-families", await ipFamilies()], manifest);
    await kubectlOk(["-n", unseen, "apply", "-f", "-"], { input: injected });
    await kubectlOk(["-n", unseen, "rollout", "status", "deployment/web", "--timeout=60s"]);
    await kubectlOk(["-n", unseen, "wait", "--for=condition=Ready", "pod/client", "--timeout=60s"]);

    const byWebhook = await runningPods(labelled);
    const byCommand = await runningPods(unseen);
    assert.ok(byCommand.every(hasSidecar));
    const specs = (pods: readonly Pod[]): readonly unknown[] => pods.map(({ spec }) => comparable(spec));
    assert.deepEqual(specs(byCommand), specs(byWebhook));
  },
);
