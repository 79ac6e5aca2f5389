/**
 * Containers of an injected pod that end unasked: each comes back by itself, the others run on, and traffic passes the
 * proxy as before.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { eventually } from "../../eventually.ts";
import { currentCluster, runScript } from "../cluster.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import type { ScenarioContext } from "../scenario.ts";
import { applicationDeployment, applicationService, toolsPod } from "./application.ts";
import { fetchIn } from "./client-and-server.ts";
import { installedOnNode } from "./installation.ts";
import {
  execIn,
  execOk,
  isReady,
  nameOf,
  podOfDeployment,
  restartsOf,
  run,
  runningPod,
  showPodsOnFailure,
} from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";
import { expectTraffic, oneRequestIn, oneRequestOut } from "./watched-traffic.ts";

installedOnNode();
const { local } = currentCluster();

interface Pods {
  readonly namespace: string;
  readonly server: string;
}

/** A server, and the pod `client`, which sees the processes of its proxy. */
async function start(context: ScenarioContext, native: boolean): Promise<Pods> {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  const annotations = { "outrigger.dev/native-sidecar": `${native}` };
  const client = toolsPod("client", { annotations, spec: { shareProcessNamespace: true } });
  await run(namespace, applicationService("web"), applicationDeployment("web", { annotations }), client);
  return { namespace, server: nameOf(await podOfDeployment(namespace, "web")) };
}

async function untilComesBack(pods: Pods, name: string, container: string): Promise<RunningPod> {
  let pod = await runningPod(pods.namespace, name);
  const back = async (): Promise<boolean> => {
    pod = await runningPod(pods.namespace, name);
    return restartsOf(pod, container) === 1 && isReady(pod);
  };
  await eventually(`${container} of ${name} is back`, back, 60_000);
  return pod;
}

async function expectServed({ namespace, server }: Pods): Promise<void> {
  await eventually("the Service leads to the server again", async () => {
    const { code } = await execIn({ namespace, pod: "client" }, [
      "timeout",
      "5",
      "wget",
      "-q",
      "-O",
      "-",
      "http://web/",
    ]);
    return code === 0;
  });
  const expected = { client: oneRequestOut, [server]: oneRequestIn };
  await expectTraffic(namespace, expected, async () => fetchIn(namespace, "client", "http://web/"));
}

/** Of its last run; the kubelet counts no restart where it has ended well. */
function initContainerId({ status }: RunningPod): string {
  return status.initContainerStatuses?.find(({ name }) => name === "outrigger-init")?.containerID ?? "";
}

/** Ends the process that holds a pod's network, as a crash of it or of the runtime would. */
async function killSandbox(directory: string, { metadata }: RunningPod): Promise<void> {
  const filter = `labels."io.cri-containerd.kind"==sandbox,labels."io.kubernetes.pod.uid"==${metadata.uid}`;
  const ctr = ["ctr", "--address", join(directory, "containerd", "containerd.sock"), "--namespace", "k8s.io"];
  const inNode = async (args: readonly string[]): Promise<string> => {
    const { stdout } = await runScript("in-node.sh", directory, { timeoutMs: 30_000, args: [...ctr, ...args] });
    return stdout.trim();
  };
  const id = await inNode(["containers", "list", "--quiet", filter]);
  await inNode(["tasks", "kill", "--signal", "SIGKILL", id]);
}

for (const native of [true, false]) {
  const kind = native ? "native" : "classic";

  scenario(`container restarts: an application that crashes, its ${kind} proxy runs on`, async (context) => {
    const pods = await start(context, native);
    await execIn({ namespace: pods.namespace, pod: "client" }, ["wget", "-q", "-O", "-", "http://web/crash"]);
    const pod = await untilComesBack(pods, pods.server, "app");
    assert.equal(restartsOf(pod, "outrigger-proxy"), 0);
    await expectServed(pods);
  });

  scenario(`container restarts: a ${kind} proxy that is killed, the application runs on`, async (context) => {
    const pods = await start(context, native);
    const { namespace } = pods;
    await execOk({ namespace, pod: "client", container: "tools" }, ["killall", "-9", "envoy"]);
    const killed = performance.now();
    const pod = await untilComesBack(pods, "client", "outrigger-proxy");
    context.note(`ready again ${((performance.now() - killed) / 1_000).toFixed(1)} s after it was killed`);
    assert.equal(restartsOf(pod, "tools"), 0);
    await expectServed(pods);
  });

  scenario(
    `container restarts: a sandbox that is made anew, capture is set up again beside a ${kind} proxy`,
    async (context) => {
      if (local === undefined) return;
      const pods = await start(context, native);
      const before = await runningPod(pods.namespace, pods.server);
      await killSandbox(local.directory, before);
      const after = await untilComesBack(pods, pods.server, "app");
      assert.notEqual(initContainerId(after), initContainerId(before), "it has run again");
      assert.equal(restartsOf(after, "outrigger-proxy"), 1);
      await expectServed(pods);
    },
    { impossibleBecause: local === undefined ? "the cluster was not started by scripts/cluster" : undefined },
  );
}
