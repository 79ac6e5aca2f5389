/**
 * A changed mesh config on a cluster that runs pods: which sidecars are stale is told, and `outrigger restart --stale` renews
 * those and no others, while traffic passes.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { clusterCommand, runChecks } from "../cluster-command.ts";
import { kubectlOk } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { proxyArgument } from "../stored-pod.ts";
import { systemNamespace } from "./injector-deployment.ts";
import { applyManifests, installedOnNode } from "./installation.ts";
import { nameOf, podOfDeployment, run, showPodsOnFailure } from "./running-pods.ts";
import { steadyApplication } from "./steady-application.ts";
import { startTrickle } from "./traffic-trickle.ts";

installedOnNode();

/** Resolves when the replicas use the mesh config of the ConfigMap. */
async function meshConfigInForce(): Promise<void> {
  // The kubelet brings a changed ConfigMap into a pod with its next look at it, once a minute; a change of the pod's own is
  // such an occasion.
  const touch = `outrigger.test/touched=${Date.now()}`;
  await kubectlOk(["-n", systemNamespace, "annotate", "--overwrite", "pods", "--all", touch]);
  const inForce = async (): Promise<boolean> => (await runChecks()).get("mesh-config-in-force")?.status === "ok";
  // Each answer is one replica's.
  await eventually("the replicas use it", async () => (await inForce()) && (await inForce()), 100_000);
}

scenario(
  "stale sidecars: `restart --stale` renews those that an older mesh config made, no others, and no request is lost",
  async (context) => {
    const shop = await context.namespaces.create(injectionEnabled);
    showPodsOnFailure(context, shop);
    await run(shop, ...steadyApplication("web"));
    const trickle = await startTrickle(shop, "http://web/");
    context.cleanUp(async () => {
      await applyManifests();
      await meshConfigInForce();
    });
    const changed = await clusterCommand(
      "install",
      "--set",
      "proxy.defaults.proxy-log-level=info",
      "--force-conflicts",
    );
    assert.equal(changed.code, 0, changed.stderr);
    await meshConfigInForce();
    await run(shop, ...steadyApplication("fresh"));

    const check = (await runChecks()).get("sidecars-stale");
    assert.equal(check?.status, "warning");
    const mine = check.details.filter((line) => line.includes(`${shop}/`));
    assert.equal(mine.length, 2, mine.join("\n"));
    const [stale, fresh] = [await podOfDeployment(shop, "web"), await podOfDeployment(shop, "fresh")];
    const { code, stdout, stderr } = await clusterCommand("restart", "--stale", "-n", shop, "--timeout", "90");
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`Pod ${shop}/trickle \\(one pod\\) left alone: nothing makes it anew`));
    assert.deepEqual(
      stderr.split("\n").filter((line) => line.startsWith("Deployment")),
      [`Deployment ${shop}/web is restarting`, `Deployment ${shop}/web is up, with new sidecars`],
    );

    const renewed = await podOfDeployment(shop, "web");
    assert.notEqual(nameOf(renewed), nameOf(stale));
    assert.equal(proxyArgument(renewed, "--log-level"), "info");
    assert.equal(nameOf(await podOfDeployment(shop, "fresh")), nameOf(fresh));
    const after = await clusterCommand("explain", "deploy/web", "-n", shop);
    assert.match(after.stdout, /pods: 1 with an up-to-date sidecar/);
    const { answered, failures } = await trickle();
    assert.deepEqual(failures, []);
    context.note(`${answered} requests answered meanwhile`);
  },
  { timeoutMs: 300_000 },
);
