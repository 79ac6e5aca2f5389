/**
 * `outrigger uninstall` while the webhook runs: pods can be created at any moment of it, those that have a sidecar keep it.
 */
import assert from "node:assert/strict";
import { clusterCommand } from "../cluster-command.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { kubectl } from "../kubectl.ts";
import { injectionEnabled } from "../namespaces.ts";
import { startPodStream } from "../pod-stream.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { createPod, hasSidecar } from "../stored-pod.ts";

injectorOfFile();

scenario("cli uninstall: no pod's creation fails on the way", async (context) => {
  const shop = await context.namespaces.create(injectionEnabled);
  assert.ok(hasSidecar(await createPod(shop, plainPod("before"))));
  const told = await clusterCommand("uninstall");
  assert.equal(told.code, 1);
  assert.ok(hasSidecar(await createPod(shop, plainPod("still"))), "nothing was removed");

  const stream = await startPodStream(context);
  const { code, stdout, stderr } = await clusterCommand("uninstall", "--yes");
  const report = await stream.stop();
  assert.equal(code, 0, stderr);
  assert.deepEqual(report.failures, []);
  context.note(`${report.created} pods created meanwhile, ${report.uninjected.length} of them without a sidecar`);
  assert.match(stdout, new RegExp(`pods keep their sidecars[^]*Pod ${shop}/before \\(1\\)`));
  assert.ok(!hasSidecar(await createPod(shop, plainPod("after"))));
  assert.notEqual((await kubectl(["get", "namespace", "outrigger-system"])).code, 0);
});
