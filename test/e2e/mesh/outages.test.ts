/**
 * What happens beneath traffic that goes on all the time: the control plane is killed, upgraded, away for a minute; the API
 * server is away; certificates and roots are replaced. No request fails, no connection is cut, new ones can be made.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../eventually.ts";
import { currentCluster, restartApiServer } from "../cluster.ts";
import { kubectlOk } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { applicationPod, applicationPorts, applicationService } from "../node/application.ts";
import { fetchIn } from "../node/client-and-server.ts";
import { systemNamespace } from "../node/injector-deployment.ts";
import { buildPrevious, previousVersion } from "../node/previous-build.ts";
import { isReady, nameOf, run, runningPod } from "../node/running-pods.ts";
import { steadyReadiness } from "../node/steady-application.ts";
import type { TrickleReport } from "../node/traffic-trickle.ts";
import { startTrickle, trickleBetween } from "../node/traffic-trickle.ts";
import { scenario } from "../scenario.ts";
import type { ScenarioContext } from "../scenario.ts";
import { allConnected, certificatesOf } from "./connected-proxies.ts";
import {
  bringControlPlaneBack,
  controlPlaneImage,
  controlPlanePods,
  controlPlaneRolledOut,
  setControlPlaneImage,
  stopControlPlane,
} from "./control-plane-deployment.ts";
import { awaitMesh } from "./mesh-installation.ts";
import { askForNewRoot, letExpireIn, letTimePass, meshRoots, nameOfRoot } from "./mesh-roots.ts";
import { meshedAs, serviceAccount } from "./peers.ts";
import { showMeshOnFailure } from "./show-mesh.ts";

const namespaces = createTestNamespaces("outages");
let namespace = "";
let traffic: () => Promise<TrickleReport>;
const outageMs = 60_000;
const [minute, hour] = [60_000, 3_600_000];

const { http, serverFirst } = applicationPorts;
const ports = [
  { name: "http", port: 80, targetPort: http },
  { name: "tcp-talk", port: serverFirst },
];

before(async () => {
  await awaitMesh();
  namespace = await namespaces.create(injectionEnabled);
  await run(
    namespace,
    serviceAccount("client"),
    ...["web", "spare"].flatMap((name) => [
      applicationService(name, { ports }),
      applicationPod(name, { container: steadyReadiness }),
    ]),
    applicationPod("client", meshedAs("client")),
  );
  const server = `web:${serverFirst}`;
  traffic = await startTrickle(namespace, "http://web/", { requestsPerSecond: 100, server });
});
after(async () => namespaces.deleteAll());

/** Does something while traffic goes on: requests, new connections, and one that is held. None of it may fail. */
async function underTraffic(context: ScenarioContext, action: () => Promise<void>): Promise<void> {
  showMeshOnFailure(context, namespace);
  const [before, start] = [await traffic(), performance.now()];
  await action();
  // A second more, so that the last report is of afterwards.
  await sleep(1_000);
  const { answered, conversations, heldLines, failed, failures } = trickleBetween(before, await traffic());
  const seconds = (performance.now() - start) / 1_000;
  context.note(
    `${seconds.toFixed(0)} s: ${answered} requests, ${conversations} connections, ${heldLines} lines over one; ${failed} failed`,
  );
  assert.deepEqual(failures, []);
  assert.equal(failed, 0);
  for (const [what, count] of Object.entries({ answered, conversations, heldLines })) {
    assert.ok(count > seconds, `${what}: ${count} in ${seconds} s`);
  }
}

/** Those that are to stay. */
async function replicas(): Promise<readonly string[]> {
  return (await controlPlanePods()).filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(nameOf);
}

/** Ends every replica at once, as a power cut does; none has time to say farewell. */
async function killControlPlane(): Promise<void> {
  const names = (await controlPlanePods()).map(nameOf);
  await kubectlOk(["-n", systemNamespace, "delete", "pod", ...names, "--grace-period=0", "--force"]);
}

scenario(
  "outages: both replicas of the control plane are killed: no request fails",
  async (context) =>
    underTraffic(context, async () => {
      await killControlPlane();
      await controlPlaneRolledOut();
      await allConnected(namespace, await replicas());
    }),
  { timeoutMs: 240_000 },
);

const { local } = currentCluster();

scenario(
  "outages: the control plane is upgraded, from the previous build to this one: no request fails",
  async (context) => {
    if (local === undefined) throw new Error("images can't be given to this cluster's nodes");
    const shipped = await controlPlaneImage();
    context.cleanUp(async () => setControlPlaneImage(shipped));
    await buildPrevious(local, ["outrigger"]);
    await setControlPlaneImage(shipped.replace(/:[^:]+$/, `:${previousVersion}`));
    await allConnected(namespace, await replicas());
    const older = await certificatesOf(namespace, "web");
    await underTraffic(context, async () => {
      await setControlPlaneImage(shipped);
      await allConnected(namespace, await replicas());
    });
    const newer = await certificatesOf(namespace, "web");
    assert.notEqual(newer.chain[0]?.serialNumber, older.chain[0]?.serialNumber, "a new replica signs anew");
    assert.deepEqual(newer.roots, older.roots);
  },
  {
    timeoutMs: 300_000,
    impossibleBecause: local === undefined ? "images can't be given to this cluster's nodes" : undefined,
  },
);

scenario(
  "outages: no control plane for a minute: no request fails; a new pod waits, says for what, and starts afterwards",
  async (context) => {
    context.cleanUp(bringControlPlaneBack);
    await underTraffic(context, async () => {
      await stopControlPlane();
      const gone = performance.now();
      assert.equal((await fetchIn(namespace, "client", "http://spare/")).pod, "spare", "never called before");
      await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input: applicationPod("late", meshedAs("client")) });
      await sleep(outageMs - (performance.now() - gone));
      assert.ok(!isReady(await runningPod(namespace, "late")));
      const log = await kubectlOk(["-n", namespace, "logs", "late", "-c", "outrigger-proxy"]);
      assert.match(log, /control-plane/, "its sidecar says what it waits for");
      await bringControlPlaneBack();
      const back = performance.now();
      await eventually("the new pod starts", async () => isReady(await runningPod(namespace, "late")), 60_000);
      context.note(
        `the new pod was ready ${((performance.now() - back) / 1_000).toFixed(1)} s after the control plane`,
      );
      await allConnected(namespace, await replicas());
    });
  },
  { timeoutMs: 300_000 },
);

/** Resolves when each sidecar has a certificate by this root, and trusts these, the newest first. */
async function awaitRoots(signer: string, trusted: readonly string[]): Promise<void> {
  const settled = async (pod: string): Promise<boolean> => {
    const { chain, roots } = await certificatesOf(namespace, pod);
    const names = roots.map(({ subject }) => subject);
    return chain[0]?.issuer === signer && names.join(" | ") === trusted.join(" | ");
  };
  for (const pod of ["web", "client", "trickle"]) {
    await eventually(
      `${pod} has a certificate by ${signer}, trusts ${trusted.join()}`,
      async () => settled(pod),
      90_000,
    );
  }
  await allConnected(namespace, await replicas());
}

/** The kubelet renews the files of a pod that changes at once, instead of within two minutes. */
async function renewTrustFiles(): Promise<void> {
  await kubectlOk(["-n", namespace, "annotate", "pods", "--all", "--overwrite", `test/renewed=${Date.now()}`]);
}

scenario(
  "outages: a new root takes the place of the old one, step by step: no request fails",
  async (context) => {
    const [old] = (await meshRoots()).map(nameOfRoot);
    assert.ok(old !== undefined);
    await underTraffic(context, async () => {
      await awaitRoots(old, [old]);
      await askForNewRoot();
      await eventually("there are two roots", async () => (await meshRoots()).length === 2, 30_000);
      const [made = ""] = (await meshRoots()).map(nameOfRoot);
      await awaitRoots(old, [made, old]);
      await renewTrustFiles();
      context.note("both are trusted, the old one signs");
      await letTimePass(16 * hour);
      await awaitRoots(made, [made, old]);
      context.note("both are trusted, the new one signs");
      await letTimePass(10 * hour);
      await awaitRoots(made, [made]);
      assert.deepEqual((await meshRoots()).map(nameOfRoot), [made]);
      context.note("the old one has gone");
    });
  },
  { timeoutMs: 300_000 },
);

scenario(
  "outages: no API server for a minute: no request fails; certificates that end soon are renewed meanwhile",
  async (context) => {
    if (local === undefined) throw new Error("this cluster's API server cannot be restarted");
    await underTraffic(context, async () => {
      const [old = ""] = (await meshRoots()).map(nameOfRoot);
      await askForNewRoot();
      await eventually("there are two roots", async () => (await meshRoots()).length === 2, 30_000);
      const [made = ""] = (await meshRoots()).map(nameOfRoot);
      await awaitRoots(old, [made, old]);
      await renewTrustFiles();
      // A certificate ends with the root that has signed it, and is renewed at two thirds of its life, counted from five
      // minutes before it was made: 104 seconds from now, in the middle of the outage.
      await letExpireIn(old, 5.1 * minute);
      await sleep(70_000);
      const before = await certificatesOf(namespace, "web");
      assert.equal(before.chain[0]?.issuer, old);
      await restartApiServer(local, outageMs / 1_000);
      const after = await certificatesOf(namespace, "web");
      assert.equal(after.chain[0]?.issuer, made, "it has been renewed");
      await awaitRoots(made, [made, old]);
      await letTimePass(30 * minute);
      await awaitRoots(made, [made]);
    });
  },
  {
    timeoutMs: 300_000,
    impossibleBecause: local === undefined ? "an API server that is not ours cannot be restarted" : undefined,
  },
);
