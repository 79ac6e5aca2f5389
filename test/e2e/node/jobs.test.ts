/**
 * Pods that are meant to end: a native sidecar lets them, and what a Job waits for is its own container.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { kubectlJson, kubectl, kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { podsOfApp } from "../stored-pod.ts";
import { applicationDeployment, applicationService } from "./application.ts";
import { installedOnNode } from "./installation.ts";
import { execIn, nameOf, run, runningPod, showPodsOnFailure } from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";

installedOnNode();

/** What runs once; its pods carry the label `app` with its name. */
function jobSpec(app: string, script: string, annotations: Readonly<Record<string, string>> = {}): object {
  const container = {
    name: "task",
    image: "outrigger.test/tools:1",
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-c", script],
  };
  const spec = { restartPolicy: "Never", containers: [container] };
  return { backoffLimit: 0, template: { metadata: { labels: { app }, annotations }, spec } };
}

function job(name: string, script: string, annotations?: Readonly<Record<string, string>>): object {
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: jobSpec(name, script, annotations) };
}

/** Due every minute. */
function cronJob(name: string, script: string): object {
  const spec = { schedule: "* * * * *", concurrencyPolicy: "Forbid", jobTemplate: { spec: jobSpec(name, script) } };
  return { apiVersion: "batch/v1", kind: "CronJob", metadata: { name }, spec };
}

const fetchOnce = "timeout 10 wget -q -O - http://web/";

async function podOf(namespace: string, app: string): Promise<RunningPod> {
  const [pod, ...more] = await podsOfApp(namespace, app);
  assert.ok(pod !== undefined && more.length === 0, `${app} has one pod`);
  return pod as RunningPod;
}

/** Seconds between the end of the task and the end of its Job. */
async function secondsUntilComplete(namespace: string, name: string): Promise<number> {
  const { status } = await kubectlJson<{ readonly status: { readonly completionTime: string } }>([
    ...["-n", namespace, "get", "job", name],
  ]);
  const { containerStatuses } = (await podOf(namespace, name)).status;
  const ended = containerStatuses.find((each) => each.name === "task")?.state.terminated?.finishedAt;
  return (Date.parse(status.completionTime) - Date.parse(ended ?? "")) / 1_000;
}

scenario(
  "jobs: a Job and a CronJob complete, and have gone through the proxy",
  async (context) => {
    const namespace = await context.namespaces.create(injectionEnabled);
    showPodsOnFailure(context, namespace);
    await run(namespace, applicationService("web"), applicationDeployment("web"), cronJob("nightly", fetchOnce));
    await run(namespace, job("once", fetchOnce));
    await kubectlOk(["-n", namespace, "wait", "--for=condition=Complete", "job/once", "--timeout=60s"]);
    const pod = await podOf(namespace, "once");
    assert.equal(pod.status.phase, "Succeeded");
    assert.deepEqual(
      pod.status.initContainerStatuses?.map(({ name, state }) => [name, state.terminated?.exitCode]),
      [
        ["outrigger-proxy", 0],
        ["outrigger-init", 0],
      ],
    );
    assert.match(await kubectlOk(["-n", namespace, "logs", "job/once"]), /"path":"\/"/);
    context.note(`the Job is complete ${await secondsUntilComplete(namespace, "once")} s after its container's end`);

    const succeeded = async (): Promise<boolean> => {
      const pods = await podsOfApp(namespace, "nightly");
      return pods.some((each) => (each as RunningPod).status.phase === "Succeeded");
    };
    await eventually("the CronJob's pod has succeeded", succeeded, 100_000);
  },
  { timeoutMs: 200_000 },
);

scenario("jobs: one that fails is Failed, with the task's own exit code", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  await run(namespace, job("broken", "exit 3"));
  await kubectlOk(["-n", namespace, "wait", "--for=condition=Failed", "job/broken", "--timeout=60s"]);
  const { status } = await podOf(namespace, "broken");
  assert.equal(status.phase, "Failed");
  assert.equal(status.containerStatuses[0]?.state.terminated?.exitCode, 3);
});

scenario("jobs: with a classic sidecar kubectl warns that it does not end, and it does not", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  const input = job("stuck", "true", { "outrigger.dev/native-sidecar": "false" });
  const { code, stderr } = await kubectl(["-n", namespace, "apply", "-f", "-"], { input });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Warning: .*the pod is meant to end, but a sidecar that is not native keeps it running/);
  const taskEnded = async (): Promise<boolean> => {
    const [pod] = (await podsOfApp(namespace, "stuck")) as readonly RunningPod[];
    const statuses = pod?.status.containerStatuses ?? [];
    return statuses.some(({ name, state }) => name === "task" && state.terminated !== undefined);
  };
  await eventually("the task has ended", taskEnded, 60_000);
  const pod = nameOf(await podOf(namespace, "stuck"));
  // The proxy goes on as before: it answers, and the pod is no nearer to its end.
  const busybox = "/var/run/outrigger-hold/busybox";
  const ask = [busybox, "wget", "-q", "-O", "-", "http://127.0.0.1:15000/ready"];
  const answer = await execIn({ namespace, pod, container: "outrigger-proxy" }, ask);
  assert.equal(answer.stdout, "LIVE\n");
  assert.equal((await runningPod(namespace, pod)).status.phase, "Running");
});
