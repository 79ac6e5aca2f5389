/**
 * A mesh config that changes while the webhook runs.
 */
import assert from "node:assert/strict";
import { eventually } from "../../eventually.ts";
import { eventOf } from "../events.ts";
import { injectorOfFile } from "../injector-of-file.ts";
import { shippedMeshConfig } from "../install.ts";
import { injectionEnabled } from "../namespaces.ts";
import { plainPod } from "../pods.ts";
import { scenario } from "../scenario.ts";
import { createPod, proxyArgument } from "../stored-pod.ts";

const injector = injectorOfFile();

const debugging = "proxy:\n  defaults:\n    proxy-log-level: debug\n";

async function everyReplica(what: string, condition: (metrics: string, log: string) => boolean): Promise<void> {
  for (const replica of injector().replicas()) {
    await eventually(`${replica.name}: ${what}`, async () => condition(await replica.metrics(), replica.log()));
  }
}

scenario("mesh config: a good change takes effect in every replica without a restart", async ({ namespaces }) => {
  const namespace = await namespaces.create(injectionEnabled);
  const before = await createPod(namespace, plainPod("before"));
  assert.equal(proxyArgument(before, "--log-level"), "warning");
  await injector().writeMeshConfig(`${await shippedMeshConfig()}${debugging}`);
  await everyReplica("reloaded", (metrics) => metrics.includes('outrigger_config_reloads_total{result="success"} 1'));
  for (const name of ["one", "two", "three", "four"]) {
    assert.equal(proxyArgument(await createPod(namespace, plainPod(name)), "--log-level"), "debug");
  }
});

scenario("mesh config: a bad one changes nothing, and log, metric and Event say so", async ({ namespaces }) => {
  await injector().writeMeshConfig(`${await shippedMeshConfig()}proxy:\n  defaults:\n    proxy-log-level: chatty\n`);
  await everyReplica("rejected", (metrics, log) => {
    const counted = metrics.includes('outrigger_config_reloads_total{result="failure"} 1');
    return counted && log.includes("mesh config rejected, the last good one stays in force");
  });
  const { type, note, regarding } = await eventOf("outrigger-system", "MeshConfigRejected");
  assert.equal(type, "Warning");
  assert.match(note, /proxy\.defaults\.proxy-log-level: "chatty" is not a log level; write one of trace, debug, info/);
  assert.match(regarding.name, /^outrigger-injector-/);
  const pod = await createPod(await namespaces.create(injectionEnabled), plainPod("web"));
  assert.equal(proxyArgument(pod, "--log-level"), "debug", "the last good one stays in force");
});
