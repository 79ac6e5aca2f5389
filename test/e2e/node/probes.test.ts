/**
 * Probes of the application, which the kubelet sends to the proxy: what they say is still about the application.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { containerOf, podsOfApp } from "../stored-pod.ts";
import { applicationDeployment, applicationPorts } from "./application.ts";
import { installedOnNode } from "./installation.ts";
import {
  become,
  handlers,
  probeKinds,
  promptProbe,
  runForEach,
  untilReady,
  untilRestarted,
} from "./probed-applications.ts";
import type { ProbeKind } from "./probed-applications.ts";
import { podOfDeployment, restartsOf, runningPod, showPodsOnFailure } from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";

installedOnNode();

/** Those that need the network, and so come through the proxy. */
const networkKinds: readonly ProbeKind[] = ["http", "tcp", "grpc"];
const unrewritten = { annotations: { "outrigger.dev/rewrite-probes": "false" } };

/** Restarted as soon as its probe fails, but not while it starts. */
function watchedContainer(kind: ProbeKind): object {
  const startupProbe = { ...handlers.exec, periodSeconds: 1, failureThreshold: 60 };
  return { startupProbe, livenessProbe: promptProbe(kind) };
}

/** From well to sick and back, with what the kubelet makes of it; resolves to how long it took to see the illness. */
async function fallIllAndRecover(namespace: string, pod: string): Promise<number> {
  await become(namespace, pod, "sick");
  const seconds = await untilReady(namespace, pod, false);
  await become(namespace, pod, "well");
  await untilReady(namespace, pod, true);
  return seconds;
}

scenario("probes: of every kind: a sick application is not Ready, and is again once it is well", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  const pods = await runForEach(namespace, probeKinds, (kind) => ({ readinessProbe: promptProbe(kind) }));
  for (const kind of networkKinds) {
    const probe = containerOf(await podOfDeployment(namespace, kind), "app").readinessProbe;
    assert.equal(probe?.httpGet?.port, 15020, `${kind} goes to the proxy`);
  }
  const seen = await Promise.all(
    [...pods].map(async ([kind, pod]) => `${kind} ${(await fallIllAndRecover(namespace, pod)).toFixed(1)} s`),
  );
  context.note(`not ready after it fell sick, with a period of 1 s: ${seen.join(", ")}`);
});

scenario(
  "probes: of every kind: an application that is no more alive is restarted, its proxy is not",
  async (context) => {
    const namespace = await context.namespaces.create(injectionEnabled);
    showPodsOnFailure(context, namespace);
    const pods = await runForEach(namespace, probeKinds, watchedContainer);
    for (const pod of pods.values()) await become(namespace, pod, "sick");
    for (const pod of pods.values()) {
      await untilRestarted(namespace, pod, "app");
      await untilReady(namespace, pod, true);
      assert.equal(restartsOf(await runningPod(namespace, pod), "outrigger-proxy"), 0);
    }
  },
);

scenario("probes: of every kind: a slow start is waited for, and one that never comes is not", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  const started = await runForEach(namespace, probeKinds, (kind) => ({
    command: ["sh", "-c", "sleep 3; exec node /app/server.ts"],
    startupProbe: { ...handlers[kind], periodSeconds: 1, failureThreshold: 60 },
    // Would kill it at once, were it asked before the other has succeeded.
    livenessProbe: promptProbe("http"),
  }));
  for (const pod of started.values()) assert.equal(restartsOf(await runningPod(namespace, pod), "app"), 0);

  const never = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, never);
  const deployments = networkKinds.map((kind) => {
    const startupProbe = { ...promptProbe(kind), failureThreshold: 2 };
    return applicationDeployment(kind, {
      container: { command: ["sleep", "1000000"], startupProbe, readinessProbe: null },
      spec: { terminationGracePeriodSeconds: 0 },
    });
  });
  await kubectlOk(["-n", never, "apply", "-f", "-"], { input: { apiVersion: "v1", kind: "List", items: deployments } });
  for (const kind of networkKinds) {
    const restarted = async (): Promise<boolean> => {
      const pods = (await podsOfApp(never, kind)) as readonly RunningPod[];
      return pods.some((pod) => pod.status.phase === "Running" && (restartsOf(pod, "app") ?? 0) > 0);
    };
    await eventually(`${kind}: what never starts is restarted`, restarted, 60_000);
  }
});

scenario(
  "probes: rewrite-probes: false: HTTP, gRPC and commands come to the application all the same",
  async (context) => {
    const namespace = await context.namespaces.create(injectionEnabled);
    showPodsOnFailure(context, namespace);
    const kinds = ["http", "grpc", "exec"] as const;
    const container = (kind: ProbeKind): object => ({ readinessProbe: promptProbe(kind) });
    const pods = await runForEach(namespace, kinds, container, unrewritten);
    const probe = containerOf(await podOfDeployment(namespace, "http"), "app").readinessProbe;
    assert.equal(probe?.httpGet?.port, applicationPorts.http, "it is as it was written");
    await Promise.all([...pods.values()].map(async (pod) => fallIllAndRecover(namespace, pod)));
  },
);

scenario(
  "probes: rewrite-probes: false: a dead application is restarted; of TCP the probe sees the proxy",
  async (context) => {
    const namespace = await context.namespaces.create(injectionEnabled);
    showPodsOnFailure(context, namespace);
    const pods = await runForEach(namespace, ["http", "tcp"], watchedContainer, unrewritten);
    const [http = "", tcp = ""] = [pods.get("http"), pods.get("tcp")];
    for (const pod of [http, tcp]) await become(namespace, pod, "sick");
    await untilRestarted(namespace, http, "app");
    await untilReady(namespace, http, true);
    // The proxy takes every connection, which is why the probe is rewritten unless a user forbids it.
    assert.equal(restartsOf(await runningPod(namespace, tcp), "app"), 0);
  },
);
