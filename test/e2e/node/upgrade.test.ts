/**
 * An upgrade with pods running: the new version takes over between two pods, those that run notice nothing, and are renewed
 * when their owner says so.
 */
import assert from "node:assert/strict";
import { before } from "node:test";
import { readStatus } from "../../../src/injection/status.ts";
import { version } from "../../../src/version.ts";
import { clusterCommand, runChecks } from "../cluster-command.ts";
import { currentCluster } from "../cluster.ts";
import { injectionEnabled } from "../namespaces.ts";
import { startPodStream } from "../pod-stream.ts";
import { scenario } from "../scenario.ts";
import { containerOf } from "../stored-pod.ts";
import { uninstallFromNode } from "./installation.ts";
import { buildPrevious, previousVersion } from "./previous-build.ts";
import { nameOf, podOfDeployment, run, showPodsOnFailure } from "./running-pods.ts";
import type { RunningPod } from "./running-pods.ts";
import { steadyApplication } from "./steady-application.ts";
import { assertNothingLasting, storedOnly } from "./stored-only.ts";
import { startTrickle } from "./traffic-trickle.ts";

before(uninstallFromNode);
const { local } = currentCluster();

/** Which version has made a pod's sidecar, by its own word and by its image. */
function sidecarVersions(pod: RunningPod): readonly (string | undefined)[] {
  return [readStatus(pod)?.version, containerOf(pod, "outrigger-init").image?.split(":").at(-1)];
}

scenario(
  "upgrade: from the previous build to this one no request is lost, no pod goes uninjected, and stale sidecars are renewed",
  async (context) => {
    if (local === undefined) return;
    const previous = await buildPrevious(local);
    const installed = await previous("install");
    assert.equal(installed.code, 0, installed.stderr);
    const shop = await context.namespaces.create(injectionEnabled);
    showPodsOnFailure(context, shop);
    await run(shop, ...steadyApplication("web"));
    const trickle = await startTrickle(shop, "http://web/");
    const older = await podOfDeployment(shop, "web");
    assert.deepEqual(sidecarVersions(older), [previousVersion, previousVersion]);

    const stream = await startPodStream(context, storedOnly);
    const start = performance.now();
    const upgraded = await clusterCommand("install");
    context.note(`upgraded in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    const report = await stream.stop();
    assert.equal(upgraded.code, 0, upgraded.stderr);
    assertNothingLasting(report);
    context.note(`${report.created} pods created meanwhile, ${report.failures.length} attempts failed at first`);

    assert.equal(nameOf(await podOfDeployment(shop, "web")), nameOf(older));
    const checks = await runChecks();
    assert.equal(checks.get("webhook-answers")?.status, "ok");
    const stale = checks.get("sidecars-stale");
    assert.equal(stale?.status, "warning");
    assert.ok(
      stale.details.some((line) => line.includes(`Deployment ${shop}/web`) && line.includes(previousVersion)),
      stale.details.join("\n"),
    );

    const { code, stderr } = await clusterCommand("restart", "--stale", "-n", shop, "--timeout", "90");
    assert.equal(code, 0, stderr);
    assert.deepEqual(sidecarVersions(await podOfDeployment(shop, "web")), [version, version]);
    const traffic = await trickle();
    assert.deepEqual(traffic.failures, []);
    context.note(`${traffic.answered} requests answered meanwhile`);
  },
  {
    timeoutMs: 300_000,
    impossibleBecause: local === undefined ? "images can't be given to this cluster's nodes" : undefined,
  },
);
