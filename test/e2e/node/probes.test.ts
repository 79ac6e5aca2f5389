/**
 * Probes of the application, which the kubelet sends to the proxy: what they say is still about the application.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { containerOf } from "../stored-pod.ts";
import { applicationDeployment, applicationPorts } from "./application.ts";
import { fetchIn } from "./client-and-server.ts";
import { installedOnNode } from "./installation.ts";
import { execOk, nameOf, podOfDeployment, run, runningPod, showPodsOnFailure } from "./running-pods.ts";
import type { ContainerStatus, RunningPod } from "./running-pods.ts";

installedOnNode();
const { http, serverFirst } = applicationPorts;

/** The application's own word, without its proxy: a request to itself stays inside the pod. */
const inside = `http://localhost:${http}`;

scenario("probes: a healthy application is Ready, a sick one is not, and again once it is well", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  const readinessProbe = { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 1, failureThreshold: 1 };
  await run(namespace, applicationDeployment("web", { container: { readinessProbe } }));
  const pod = await podOfDeployment(namespace, "web");
  const name = nameOf(pod);
  assert.equal(containerOf(pod, "app").readinessProbe?.httpGet?.port, 15020);

  await fetchIn(namespace, name, `${inside}/sick`);
  const sick = performance.now();
  await eventually("NotReady", async () => !isReady(await runningPod(namespace, name)), 10_000);
  context.note(`not ready ${((performance.now() - sick) / 1000).toFixed(1)} s after it fell sick (period 1 s)`);
  await fetchIn(namespace, name, `${inside}/well`);
  await eventually("Ready again", async () => isReady(await runningPod(namespace, name)), 10_000);
});

for (const [kind, livenessProbe, breakIt] of [
  ["HTTP", { httpGet: { path: "/healthz", port: http } }, `wget -q -O - ${inside}/sick`],
  ["TCP", { tcpSocket: { port: serverFirst } }, `wget -q -O - ${inside}/close`],
] as const) {
  scenario(
    `probes: an application that fails its ${kind} liveness probe is restarted, its proxy is not`,
    async (context) => {
      const namespace = await context.namespaces.create(injectionEnabled);
      showPodsOnFailure(context, namespace);
      const probe = { ...livenessProbe, periodSeconds: 1, failureThreshold: 1 };
      await run(namespace, applicationDeployment("web", { container: { livenessProbe: probe } }));
      const name = nameOf(await podOfDeployment(namespace, "web"));
      await execOk({ namespace, pod: name }, ["sh", "-c", breakIt]);
      await eventually("restarted", async () => restarts(await runningPod(namespace, name), "app") === 1, 20_000);
      await eventually("Ready again", async () => isReady(await runningPod(namespace, name)), 20_000);
      assert.equal(restarts(await runningPod(namespace, name), "outrigger-proxy"), 0);
    },
  );
}

function isReady(pod: RunningPod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

function restarts({ status }: RunningPod, container: string): number | undefined {
  const all: readonly ContainerStatus[] = [...(status.initContainerStatuses ?? []), ...status.containerStatuses];
  return all.find(({ name }) => name === container)?.restartCount;
}
