/**
 * What goes on when the control plane or the API server is away: everything that runs, and what waits says so.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../eventually.ts";
import { currentCluster, restartApiServer } from "../cluster.ts";
import { kubectlOk } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { systemNamespace } from "../node/injector-deployment.ts";
import { applicationPod, applicationService } from "../node/application.ts";
import { fetchIn } from "../node/client-and-server.ts";
import { isReady, nameOf, run, runningPod } from "../node/running-pods.ts";
import { startTrickle } from "../node/traffic-trickle.ts";
import { scenario } from "../scenario.ts";
import {
  bringControlPlaneBack,
  controlPlanePods,
  controlPlaneRolledOut,
  stopControlPlane,
} from "./control-plane-deployment.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { meshedAs, serviceAccount } from "./peers.ts";
import { steadyLoad } from "./service-load.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("outages");
let namespace = "";
const outageSeconds = 60;

before(async () => {
  await awaitMesh();
  namespace = await namespaces.create(injectionEnabled);
  await run(
    namespace,
    serviceAccount("client"),
    ...["web", "spare"].flatMap((name) => [applicationService(name), applicationPod(name)]),
    applicationPod("client", meshedAs("client")),
  );
});
after(async () => namespaces.deleteAll());

const client = (): { readonly namespace: string; readonly pod: string; readonly container: string } => ({
  namespace,
  pod: "client",
  container: "app",
});

/** Ends every replica at once, as a power cut does; none has time to say farewell. */
async function killControlPlane(): Promise<void> {
  const names = (await controlPlanePods()).map(nameOf);
  await kubectlOk(["-n", systemNamespace, "delete", "pod", ...names, "--grace-period=0", "--force"]);
}

scenario(
  "outages: both replicas of the control plane are killed at 200 requests a second: no request fails",
  async (context) => {
    showMeshOnFailure(context, namespace);
    const loading = steadyLoad(client(), "http://web/", { requestsPerSecond: 200, seconds: 25 });
    await sleep(2_000);
    await killControlPlane();
    await controlPlaneRolledOut();
    const { latencies, failures } = await loading;
    context.note(`${latencies.length} answers, failures: ${JSON.stringify(failures)}`);
    assert.deepEqual(failures, {});
  },
  { timeoutMs: 240_000 },
);

scenario(
  "outages: no control plane for a minute: no request fails; a new pod waits, says for what, and starts afterwards",
  async (context) => {
    showMeshOnFailure(context, namespace);
    context.cleanUp(bringControlPlaneBack);
    const seconds = outageSeconds + 20;
    const loading = steadyLoad(client(), "http://web/", { requestsPerSecond: 200, seconds });
    await stopControlPlane();
    const gone = performance.now();
    assert.equal((await fetchIn(namespace, "client", "http://spare/")).pod, "spare", "never called before");
    await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input: applicationPod("late", meshedAs("client")) });
    await sleep(outageSeconds * 1_000 - (performance.now() - gone));
    assert.ok(!isReady(await runningPod(namespace, "late")));
    const log = await kubectlOk(["-n", namespace, "logs", "late", "-c", "outrigger-proxy"]);
    assert.match(log, /control-plane/, "its sidecar says what it waits for");
    await bringControlPlaneBack();
    const back = performance.now();
    await eventually("the new pod starts", async () => isReady(await runningPod(namespace, "late")), 60_000);
    context.note(`the new pod was ready ${((performance.now() - back) / 1_000).toFixed(1)} s after the control plane`);
    const { latencies, failures } = await loading;
    context.note(`${latencies.length} answers, failures: ${JSON.stringify(failures)}`);
    assert.deepEqual(failures, {});
  },
  { timeoutMs: 300_000 },
);

const { local } = currentCluster();

scenario(
  "outages: no API server for a minute: no request fails",
  async (context) => {
    if (local === undefined) throw new Error("this cluster's API server cannot be restarted");
    showMeshOnFailure(context, namespace);
    const report = await startTrickle(namespace, "http://web/");
    await restartApiServer(local, outageSeconds);
    await sleep(5_000);
    const { answered, failures } = await report();
    context.note(`${answered} answers, ${failures.length} failures`);
    assert.deepEqual(failures, []);
    assert.ok(answered > outageSeconds * 10, "requests were sent all the while");
  },
  {
    timeoutMs: 240_000,
    impossibleBecause: local === undefined ? "an API server that is not ours cannot be restarted" : undefined,
  },
);
