/**
 * A rolling restart while a thousand requests a second come in: none is lost, and those that take long are finished.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import type { ScenarioContext } from "../scenario.ts";
import { podsOfApp } from "../stored-pod.ts";
import { applicationDeployment, applicationService } from "./application.ts";
import { installedOnNode } from "./installation.ts";
import { execOk, nameOf, podOfDeployment, run, showPodsOnFailure } from "./running-pods.ts";

installedOnNode();

const load = { requestsPerSecond: 1_000, seconds: 30 } as const;
/** Seconds that the slow requests take: longer than the application waits before it stops. */
const slow = 8;
const slowRequests = 4;

/** As in app/steady-load.ts. */
interface LoadReport {
  readonly latencies: readonly number[];
  readonly failures: Readonly<Record<string, number>>;
}

/** A pod of the test that sends requests, through a sidecar of its own. */
interface Client {
  readonly namespace: string;
  readonly pod: string;
}

async function steadyLoad(client: Client): Promise<LoadReport> {
  const { requestsPerSecond, seconds } = load;
  const command = ["node", "/app/steady-load.ts", "http://web/", `${requestsPerSecond}`, `${seconds}`];
  // On a busy machine it falls behind, and goes on until it has sent them all.
  return JSON.parse(await execOk(client, command, 150_000)) as LoadReport;
}

/** Sends the slow ones side by side, each on a connection of its own; gives the status of each answer. */
async function sendSlowRequests(client: Client): Promise<unknown> {
  const script = `const requests = Array.from({ length: ${slowRequests} }, async () => {
      const response = await fetch("http://web/wait/${slow}", { headers: { connection: "close" } });
      await response.text();
      return response.status;
    });
    const outcomes = await Promise.allSettled(requests);
    console.log(JSON.stringify(outcomes.map(({ value, reason }) => value ?? String(reason.cause ?? reason))));`;
  return JSON.parse(await execOk(client, ["node", "--input-type=module", "-e", script]));
}

/**
 * Two replicas that behave as Kubernetes asks of an application: they go on for a while after they are told to stop, as
 * others hear of it later, and then finish what is in flight.
 */
function replicas(annotations: Readonly<Record<string, string>>): object {
  const deployment = applicationDeployment("web", {
    annotations,
    container: { lifecycle: { preStop: { sleep: { seconds: 5 } } } },
    spec: { terminationGracePeriodSeconds: 30 },
  }) as { readonly spec: object };
  const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  return { ...deployment, spec: { ...deployment.spec, replicas: 2, strategy } };
}

async function restartUnderLoad(
  context: ScenarioContext,
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  await run(
    namespace,
    applicationService("web"),
    replicas(annotations),
    applicationDeployment("client", { annotations }),
  );
  const before = (await podsOfApp(namespace, "web")).map(nameOf);
  const client = { namespace, pod: nameOf(await podOfDeployment(namespace, "client")) };

  const elapsed = stopwatch();
  const loading = steadyLoad(client);
  const [report, statuses, rolledOut, loadEnded] = await Promise.all([
    loading,
    sleep(2_000).then(async () => sendSlowRequests(client)),
    sleep(3_000).then(async () => restart(namespace).then(elapsed)),
    loading.then(elapsed),
  ]);
  const { latencies, failures } = report;
  context.note(`${latencies.length} answers in ${loadEnded} s, failures: ${JSON.stringify(failures)}`);
  context.note(`rolled out after ${rolledOut} s; slow requests: ${JSON.stringify(statuses)}`);
  assert.deepEqual(failures, {});
  assert.equal(latencies.length, load.requestsPerSecond * load.seconds);
  assert.deepEqual(
    statuses,
    Array.from({ length: slowRequests }, () => 200),
  );
  const after = (await podsOfApp(namespace, "web")).map(nameOf);
  assert.ok(!after.some((name) => before.includes(name)), "both replicas have been replaced");
  assert.ok(rolledOut < loadEnded, "the load went on while they were");
}

/** Replaces every pod; resolves when the last of the old ones has gone. */
async function restart(namespace: string): Promise<void> {
  await kubectlOk(["-n", namespace, "rollout", "restart", "deployment/web"]);
  await kubectlOk(["-n", namespace, "rollout", "status", "deployment/web", "--timeout=100s"], { timeoutMs: 110_000 });
}

/** Counts seconds from now on. */
function stopwatch(): () => number {
  const start = performance.now();
  return () => Math.round((performance.now() - start) / 100) / 10;
}

scenario(
  "rolling restart: at 1,000 requests a second no request is lost",
  async (context) => restartUnderLoad(context, {}),
  { timeoutMs: 240_000 },
);

scenario(
  "rolling restart: nor with classic sidecars, which drain as long as requests may take",
  async (context) =>
    restartUnderLoad(context, { "outrigger.dev/native-sidecar": "false", "outrigger.dev/drain-seconds": "12" }),
  { timeoutMs: 240_000 },
);
