/**
 * A cluster whose injector is down: who asked for sidecars is refused in words that name the cause, nobody else notices, and
 * once it is back controllers make the pods that are missing.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { eventually } from "../../eventually.ts";
import { kubectl, kubectlOk } from "../kubectl.ts";
import { createTestNamespaces, injectionEnabled } from "../namespaces.ts";
import { scenario } from "../scenario.ts";
import { containerNames, hasSidecar, podsOfApp } from "../stored-pod.ts";
import { applicationDeployment, toolsPod } from "./application.ts";
import { failedCreation } from "./failed-creations.ts";
import { bringInjectorBack, stopInjector } from "./injector-deployment.ts";
import { awaitInstallation, installedOnNode } from "./installation.ts";
import { expectPairTraffic, startPair } from "./running-pair.ts";
import { podOfDeployment, run, runningPod, showPodsOnFailure } from "./running-pods.ts";

installedOnNode();
const namespaces = createTestNamespaces("webhook-down");
let earlier = "";

before(async () => {
  await awaitInstallation();
  earlier = await startPair(namespaces);
  await stopInjector();
});
after(async () => {
  await namespaces.deleteAll();
  await bringInjectorBack();
});

/** What the API server says where nobody answers; the rest of the sentence is the network's. */
const nobodyAnswers =
  /failed calling webhook "namespace\.injection\.outrigger\.dev": .*outrigger-injector\.outrigger-system\.svc/;

scenario("webhook down: a labelled namespace refuses pods, and says whom it asked in vain", async ({ namespaces }) => {
  const labelled = await namespaces.create(injectionEnabled);
  const { code, stderr } = await kubectl(["-n", labelled, "create", "-f", "-"], { input: toolsPod("client") });
  assert.equal(code, 1);
  assert.match(stderr, nobodyAnswers);
});

scenario("webhook down: pods of other namespaces, and those that opt out, run as ever", async (context) => {
  const labelled = await context.namespaces.create(injectionEnabled);
  const plain = await context.namespaces.create();
  for (const namespace of [labelled, plain]) showPodsOnFailure(context, namespace);
  await run(plain, toolsPod("client"));
  await run(labelled, toolsPod("out", { labels: { "outrigger.dev/inject": "false" } }));
  assert.deepEqual(containerNames(await runningPod(plain, "client")).init, []);
  assert.deepEqual(containerNames(await runningPod(labelled, "out")).init, []);
});

scenario("webhook down: pods that run keep their traffic", async () => {
  await expectPairTraffic(earlier);
});

scenario("webhook down: a Deployment gets its pods by itself once it is back, with sidecars", async (context) => {
  const namespace = await context.namespaces.create(injectionEnabled);
  showPodsOnFailure(context, namespace);
  await kubectlOk(["-n", namespace, "apply", "-f", "-"], { input: applicationDeployment("web") });
  assert.match(await failedCreation(namespace), nobodyAnswers);
  assert.deepEqual(await podsOfApp(namespace, "web"), []);
  await bringInjectorBack();
  const back = performance.now();
  await eventually("the Deployment has its pod", async () => (await podsOfApp(namespace, "web")).length === 1, 60_000);
  context.note(`its controller tried again ${((performance.now() - back) / 1000).toFixed(1)} s later`);
  await kubectlOk(["-n", namespace, "rollout", "status", "deployment/web", "--timeout=60s"]);
  assert.ok(hasSidecar(await podOfDeployment(namespace, "web")));
});
