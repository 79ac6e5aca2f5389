/**
 * Pods of the controllers other than Deployments, each with what is particular to it.
 */
import assert from "node:assert/strict";
import { kubectlJson, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { hasSidecar, podsOfApp } from "../stored-pod.ts";
import { applicationDeployment, applicationPorts, applicationService } from "./application.ts";
import { fetchIn } from "./client-and-server.ts";
import { installedOnNode } from "./installation.ts";
import { isReady, nameOf, run, showPodsOnFailure } from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";
import { expectTraffic, oneRequestIn, oneRequestOut } from "./watched-traffic.ts";

installedOnNode();
const { http } = applicationPorts;

interface Workload {
  readonly spec: { readonly selector: object; readonly template: object };
}

/** The pods of an application's Deployment, in other hands. */
function workload(kind: string, spec: object): object {
  const { selector, template } = (applicationDeployment("web") as Workload).spec;
  return { apiVersion: "apps/v1", kind, metadata: { name: "web" }, spec: { selector, template, ...spec } };
}

scenario("workloads: the pods of a StatefulSet reach each other by their own names", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  const headless = applicationService("web", { clusterIP: "None", ports: [{ name: "http", port: http }] });
  const statefulSet = workload("StatefulSet", { serviceName: "web", replicas: 2, podManagementPolicy: "Parallel" });
  await run(namespace, headless, statefulSet);
  const expected = { "web-0": oneRequestOut, "web-1": oneRequestIn };
  const both = { "web-0": { ...expected["web-0"] }, "web-1": { ...expected["web-1"] } };
  const echo = await expectTraffic(namespace, both, async () =>
    fetchIn(namespace, "web-0", `http://web-1.web:${http}/`),
  );
  assert.equal(echo.pod, "web-1");
});

scenario("workloads: a DaemonSet has its pod with a sidecar on every node", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  await run(namespace, workload("DaemonSet", {}));
  await kubectlOk(["-n", namespace, "rollout", "status", "daemonset/web", "--timeout=60s"]);
  const pods = (await podsOfApp(namespace, "web")) as readonly RunningPod[];
  const { items } = await kubectlJson<{ readonly items: readonly { readonly metadata: { readonly name: string } }[] }>([
    "get",
    "nodes",
  ]);
  assert.deepEqual(pods.map(({ spec }) => spec.nodeName).sort(), items.map(({ metadata }) => metadata.name).sort());
  for (const pod of pods) assert.ok(hasSidecar(pod) && isReady(pod), nameOf(pod));
});
